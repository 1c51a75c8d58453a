import { isUtf8 } from 'node:buffer'
import { type Block, flags } from '../event/block.ts'
import { sendersOf } from '../event/senders.ts'
import type { Arena } from '../memory/arena.ts'
import type { Around } from '../source/envelope/unwrap-record.ts'
import type { Source } from '../source/source.ts'
import type { DeadLetter } from '../store/dead-letter/letter.ts'
import { recordBlock } from './record-block.ts'

const aroundOf = ({ wrapping }: DeadLetter): Around | undefined =>
  wrapping && {
    ...wrapping,
    ms: wrapping.ms ?? Number.NaN,
    note: wrapping.note === undefined ? undefined : Buffer.from(wrapping.note, 'base64'),
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
  const isNone = first.stage === 'source' && source.envelope !== undefined && first.edited === undefined
  const envelope = isNone
    ? undefined
    : [source.envelope, ...(source.detects ?? [])].find((one) => one?.name === first.wrapping?.envelope)
  const records = letters.map((letter) => {
    const { raw, offset, length, edited, flag = 0 } = letter
    const around = aroundOf(letter)
    const bytes = Buffer.from(raw, 'base64')
    const valid = isUtf8(bytes)
    return {
      text: valid ? bytes : Buffer.from(bytes.toString('utf8')),
      offset,
      length,
      ...(around === undefined ? {} : { around }),
      flag: flag | (edited === undefined ? 0 : flags.edited) | (valid ? 0 : flags.invalidUtf8),
    }
  })
  const origin = { key, source: first.source, path, ...(stream === undefined ? {} : { stream }) }
  const plain = recordBlock(arena, records, origin, Date.parse(read_at ?? time), envelope)
  if (plain === undefined) return undefined
  const senders = sendersOf(letters.map(({ sender }) => sender))
  const block = senders === undefined ? plain : { ...plain, senders }
  if (!isNone) return block
  const { code, reason } = first
  return { ...block, failure: { stage: 'source', code, reason } }
}
