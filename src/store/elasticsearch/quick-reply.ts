/** A bulk reply in which every operation made a document: the common one, told without reading it item by item. */
export interface AllCreated {
  readonly errors: false
  readonly created: number
}

const unit = '{"create":{"status":201}}'
const one = `${unit},`
const many = one.repeat(256)
const opening = /^\{"took":\d+,"errors":false,"items":\[\{"create":\{"status":201\}\}/

/** Reads `text` if it is such a reply, byte for byte. */
export const allCreated = (text: string): AllCreated | undefined => {
  const head = opening.exec(text)
  if (head === null) return undefined
  const first = head[0].length - unit.length
  const created = (text.length - first - 1) / (unit.length + 1)
  if (!Number.isInteger(created) || !text.endsWith(`${unit}]}`)) return undefined
  // Many at a time, and not the whole text once more, which would be a quarter of a megabyte a request.
  let at = first
  for (const last = text.length - 2 - unit.length; at < last; ) {
    if (text.startsWith(many, at)) at += many.length
    else if (text.startsWith(one, at)) at += one.length
    else return undefined
  }
  return { errors: false, created }
}
