import { absent } from '../../event/column.ts'
import type { Envelope, Unwrapped } from '../../event/envelope.ts'

export const noUnwrapped = (): Unwrapped => ({
  start: 0,
  end: 0,
  stream: '',
  partial: false,
  ms: Number.NaN,
  ns: 0,
  digits: 0,
  noteStart: absent,
  noteEnd: absent,
})

/** The lines of `raw`, the last only where it is whole or the only one. */
function* linesOf(raw: Uint8Array): Generator<readonly [start: number, end: number]> {
  let start = 0
  while (start < raw.length) {
    const feed = raw.indexOf(10, start)
    const end = feed === -1 ? raw.length : feed
    if (feed === -1 && start > 0) return
    if (end > start) yield [start, raw[end - 1] === 13 ? end - 1 : end]
    start = end + 1
  }
}

/** What a stream says in the envelopes that `raw` holds, as a file of its own. */
export const payloadOf = (envelope: Envelope, raw: Uint8Array, stream: string): Buffer => {
  const bytes = Buffer.concat([raw, Buffer.alloc(raw.length)])
  const piece = noUnwrapped()
  const texts: Buffer[] = []
  for (const [start, end] of linesOf(raw)) {
    if (!envelope.unwrap(bytes, start, end, raw.length, piece) || piece.stream !== stream) continue
    texts.push(Buffer.from(bytes.subarray(piece.start, piece.end)))
    if (!piece.partial) texts.push(Buffer.from('\n'))
  }
  return Buffer.concat(texts)
}

/** Share of the lines that have to be envelopes, and how many are looked at. */
const enough = 0.6
const most = 64

/** The one of these envelopes that a file's first lines are wrapped in. */
export const envelopeOf = (head: Uint8Array, among: readonly Envelope[]): Envelope | undefined =>
  among.find((envelope) => isWrapped(envelope, head))

const isWrapped = (envelope: Envelope, head: Uint8Array): boolean => {
  const bytes = Buffer.concat([head, Buffer.alloc(head.length)])
  const piece = noUnwrapped()
  let lines = 0
  let fitting = 0
  for (const [start, end] of linesOf(head)) {
    if (lines === most) break
    lines++
    // One JSON object with a text in it is no sign yet.
    if (envelope.unwrap(bytes, start, end, head.length, piece) && !Number.isNaN(piece.ms)) fitting++
  }
  return lines > 0 && fitting / lines >= enough
}
