/** Where the ids of the documents sent lie: id i in `memory` from `start(i)` to `end(i)`. */
export interface SentIds {
  readonly count: number
  readonly memory: Uint8Array
  start(i: number): number
  end(i: number): number
}

/**
 * The answer to a bulk request, compared as it comes in with the common one, in which each document was made. Of that
 * nothing is kept: as texts or bytes of that size answers would linger in memory.
 */
export interface BulkReply {
  take(chunk: Uint8Array): void
  /** It says of just these documents, in order, that they were made, and nothing else. */
  readonly allCreated: boolean
  /** All of it, whatever it says. */
  text(): string
}

const opening = /^\{"took":\d+,"errors":false,"items":\[(?=\{"create":\{"_id":")/
/** More than the opening ever takes. */
const head = 96
const before = Buffer.from('{"create":{"_id":"')
const after = Buffer.from('","status":201}}')
const comma = 0x2c
const end = ']}'

const lies = (piece: Uint8Array, from: number, length: number, within: Uint8Array, at: number): boolean => {
  if (at + length > within.length) return false
  for (let i = 0; i < length; i++) if (piece[from + i] !== within[at + i]) return false
  return true
}

export const openBulkReply = (ids: SentIds): BulkReply => {
  /** The opening, once it was read; undefined where the answer is not of that kind. */
  let begun: string | undefined
  /** Items read whole. */
  let made = 0
  /** What came in and is not of those items. */
  const rest: Uint8Array[] = []
  let common = true

  const lengthOf = (i: number): number => before.length + ids.end(i) - ids.start(i) + after.length + 1

  /** Where item `made` ends if it lies whole at `at`, without a comma; -1 if it does not. */
  const passItem = (chunk: Uint8Array, at: number): number => {
    const start = ids.start(made)
    const length = ids.end(made) - start
    const idAt = at + before.length
    const idEnds = idAt + length
    return lies(before, 0, before.length, chunk, at) &&
      lies(ids.memory, start, length, chunk, idAt) &&
      lies(after, 0, after.length, chunk, idEnds)
      ? idEnds + after.length
      : -1
  }

  /** Reads items that lie whole in `chunk` from `at` on; where the first one begins that does not. */
  const pass = (chunk: Uint8Array, from: number): number => {
    let at = from
    while (made < ids.count) {
      const end = passItem(chunk, at)
      // The comma behind it is part of it: else the next might begin with the next chunk.
      const isLast = made === ids.count - 1
      if (end === -1 || !(isLast || chunk[end] === comma)) return at
      at = isLast ? end : end + 1
      made++
    }
    return at
  }

  return {
    take(chunk) {
      if (!common) {
        rest.push(chunk)
        return
      }
      // What was left of the chunk before is the beginning of an item.
      const whole: Uint8Array = rest.length === 0 ? chunk : Buffer.concat([...rest.splice(0), chunk])
      let from = 0
      if (begun === undefined) {
        begun = opening.exec(Buffer.from(whole.subarray(0, head)).toString('latin1'))?.[0]
        from = begun?.length ?? 0
      }
      if (begun !== undefined) from = pass(whole, from)
      const left = whole.length - from
      // More than an item was left: it is another one than was expected.
      common = begun !== undefined && made < ids.count && left < lengthOf(made)
      // Copied: little is left of a chunk, and would hold all of it.
      if (left > 0) rest.push(common ? whole.slice(from) : whole.subarray(from))
    },
    get allCreated() {
      return begun !== undefined && made === ids.count && Buffer.concat(rest).toString('latin1') === end
    },
    text() {
      const parts: Uint8Array[] = [Buffer.from(begun ?? '')]
      for (let i = 0; i < made; i++) {
        parts.push(before, ids.memory.slice(ids.start(i), ids.end(i)), after)
        if (i < ids.count - 1) parts.push(Buffer.of(comma))
      }
      return Buffer.concat([...parts, ...rest]).toString()
    },
  }
}
