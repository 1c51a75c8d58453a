/** A bulk reply in which every operation made a document: the common one, told without reading it item by item. */
export interface AllCreated {
  readonly errors: false
  readonly created: number
}

const unit = '{"create":{"status":201}}'
const opening = /^\{"took":\d+,"errors":false,"items":\[\{"create":\{"status":201\}\}/

/** Reads `text` if it is such a reply, byte for byte. */
export const allCreated = (text: string): AllCreated | undefined => {
  const head = opening.exec(text)
  if (head === null) return undefined
  const first = head[0].length - unit.length
  const created = (text.length - first - 1) / (unit.length + 1)
  if (!Number.isInteger(created) || text.slice(first) !== `${unit}${`,${unit}`.repeat(created - 1)}]}`) return undefined
  return { errors: false, created }
}
