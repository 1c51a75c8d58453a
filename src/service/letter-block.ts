import { isUtf8 } from 'node:buffer'
import { type Block, flags } from '../event/block.ts'
import { absent } from '../event/column.ts'
import type { Envelope, Wrapping } from '../event/envelope.ts'
import { sendersOf } from '../event/senders.ts'
import type { Arena } from '../memory/arena.ts'
import type { Source } from '../source/source.ts'
import type { DeadLetter } from '../store/dead-letter/letter.ts'
import { recordBlock } from './record-block.ts'

const noteOf = ({ wrapping }: DeadLetter): Buffer => Buffer.from(wrapping?.note ?? '', 'base64')

/** What was around the letters' records; their notes are written behind the block's texts. */
const wrappingOf = ({ arena, end, count }: Block, letters: readonly DeadLetter[], envelope: Envelope): Wrapping => {
  const streams = [...new Set(letters.map(({ wrapping }) => wrapping!.stream))]
  const note = { start: new Uint32Array(count).fill(absent), end: new Uint32Array(count).fill(absent) }
  let at = end[count - 1]!
  for (const [i, letter] of letters.entries()) {
    if (letter.wrapping!.note === undefined) continue
    const bytes = noteOf(letter)
    arena.bytes.set(bytes, at)
    note.start[i] = at
    at += bytes.length
    note.end[i] = at
  }
  return {
    envelope,
    streams,
    code: Uint32Array.from(letters, ({ wrapping }) => streams.indexOf(wrapping!.stream)),
    note,
    ms: Float64Array.from(letters, ({ wrapping }) => wrapping!.ms ?? Number.NaN),
    ns: Uint32Array.from(letters, ({ wrapping }) => wrapping!.ns),
    digits: Uint8Array.from(letters, ({ wrapping }) => wrapping!.digits),
  }
}

/**
 * Letters of one origin and envelope, read at one time, as the block they came from. Undefined: no room in the arena.
 * A line that was none of the source's envelope still is none, unless somebody changed it.
 */
export const letterBlock = (
  arena: Arena,
  letters: readonly DeadLetter[],
  source: Pick<Source, 'envelope' | 'detects'>,
): Block | undefined => {
  const [first] = letters as readonly [DeadLetter]
  const { key, path, stream, read_at, time } = first
  const records = letters.map(({ raw, offset, length, edited, flag = 0 }) => {
    const bytes = Buffer.from(raw, 'base64')
    const valid = isUtf8(bytes)
    return {
      text: valid ? bytes : Buffer.from(bytes.toString('utf8')),
      offset,
      length,
      flag: flag | (edited === undefined ? 0 : flags.edited) | (valid ? 0 : flags.invalidUtf8),
    }
  })
  const origin = { key, source: first.source, path, ...(stream === undefined ? {} : { stream }) }
  const notes = letters.reduce((sum, letter) => sum + noteOf(letter).length, 0)
  const plain = recordBlock(arena, records, origin, Date.parse(read_at ?? time), notes)
  if (plain === undefined) return undefined
  const senders = sendersOf(letters.map(({ sender }) => sender))
  const block = senders === undefined ? plain : { ...plain, senders }
  if (first.stage === 'source' && source.envelope !== undefined && first.edited === undefined) {
    const { code, reason } = first
    return { ...block, failure: { stage: 'source', code, reason } }
  }
  const envelope = [source.envelope, ...(source.detects ?? [])].find((one) => one?.name === first.wrapping?.envelope)
  return envelope === undefined ? block : { ...block, wrapping: wrappingOf(block, letters, envelope) }
}
