import type { Block } from '../event/block.ts'
import type { Framing } from '../event/framing.ts'
import type { Grammar } from '../grammar/grammar.ts'
import { recognise } from '../grammar/recognise.ts'

/** Which of a pipeline's parsers reads a file. */
export interface Choice {
  /** Undefined: the first lines do not tell yet. */
  framing(path: string, head: Uint8Array): Framing | undefined
  readerOf(block: Block): Grammar
}

/** After this many bytes without an answer the file is refused rather than guessed. */
const enough = 65_536

/**
 * With one parser there is nothing to choose. With several, a file's first lines are held against their samples; a
 * file that fits none, or two equally well, is reported once and read as lines, so that its records end as dead
 * letters with the reason instead of vanishing.
 */
export const createChoice = (parsers: readonly Grammar[], report: (path: string, text: string) => void): Choice => {
  const only = parsers.length === 1 ? parsers[0] : undefined
  const chosen = new Map<string, Grammar>()
  return {
    framing(path, head) {
      if (only !== undefined) return only.framing
      const found = recognise(head, parsers)
      if (found.kind === 'one') {
        chosen.set(path, found.grammar)
        return found.grammar.framing
      }
      if (head.length < enough && found.kind === 'none') return undefined
      report(path, found.why)
      chosen.set(path, parsers[0]!)
      return parsers[0]!.framing
    },
    readerOf: ({ origin }) => only ?? chosen.get(origin.path) ?? parsers[0]!,
  }
}
