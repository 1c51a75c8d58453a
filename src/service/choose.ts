import type { Block } from '../event/block.ts'
import { type Framing, wrapped } from '../event/framing.ts'
import type { Grammar } from '../grammar/grammar.ts'
import { recognise } from '../grammar/recognise.ts'
import { envelopeOf } from '../source/envelope/payload.ts'
import type { Source } from '../source/source.ts'
import { type ChooseStream, chooseStreams } from './choose-stream.ts'

/** Which of a pipeline's parsers reads a file, or a stream of it. */
export interface Choice {
  /** Undefined: the first lines do not tell yet. `key`: of the generation; a path holds others after a rotation. */
  framing(path: string, head: Uint8Array, key?: string): Framing | undefined
  readerOf(block: Block): Grammar
}

const isBlank = (head: Uint8Array): boolean => head.every((byte) => byte <= 32)

/** After this many bytes without an answer there will be none. */
const enough = 65_536

/**
 * With one parser there is nothing to choose. With several, a file's first lines are held against each. A file that
 * none reads is reported once and read with the first, so that its records end as dead letters with the reason
 * instead of vanishing. Where lines are envelopes each stream has its own choice.
 */
export const createChoice = (
  parsers: readonly Grammar[],
  source: Pick<Source, 'envelope' | 'detects' | 'parserOf'>,
  once: boolean,
  report: (path: string, text: string) => void,
): Choice => {
  const only = parsers.length === 1 ? parsers[0] : undefined
  const chosen = new Map<string, Grammar>()
  const streams = new Map<string, ChooseStream>()
  const flushAfter = Math.max(...parsers.map(({ framing }) => framing.flushAfter))
  return {
    framing(path, head, key = path) {
      const envelope = source.envelope ?? envelopeOf(head, source.detects ?? [])
      if (envelope !== undefined) {
        const choose = chooseStreams(parsers, envelope, head, {
          parserOf: (stream) => source.parserOf?.(path, stream),
          report: (text) => report(path, text),
        })
        streams.set(key, choose)
        return wrapped({ envelope, of: (stream, sample) => choose.choose(stream, sample).framing }, flushAfter)
      }
      if (only !== undefined) return only.framing
      // Line ends and blanks alone are no record of any format.
      if (isBlank(head)) return once || head.length >= enough ? parsers[0]!.framing : undefined
      const found = recognise(head, parsers, path)
      const hasLine = head.includes(10) || head.length >= enough || once
      if (!hasLine) return undefined
      if (found.kind !== 'one')
        report(
          path,
          `${found.why}. Name the parser with --parser, or have one written: tailrace infer FILE > parsers/NAME.ts`,
        )
      const grammar = found.kind === 'one' ? found.grammar : parsers[0]!
      chosen.set(key, grammar)
      return grammar.framing
    },
    readerOf: ({ origin, wrapping }) =>
      only ??
      (wrapping === undefined ? chosen.get(origin.key) : streams.get(origin.key)?.readerOf(wrapping.streams[0]!)) ??
      parsers[0]!,
  }
}
