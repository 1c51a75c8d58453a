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

/** After this many bytes without an answer there will be none. */
const enough = 65_536

/**
 * With one parser there is nothing to choose. With several, a file's first lines are held against each. A file that
 * none reads is reported once and read with the first, so that its records end as dead letters with the reason
 * instead of vanishing.
 */
export const createChoice = (
  parsers: readonly Grammar[],
  once: boolean,
  report: (path: string, text: string) => void,
): Choice => {
  const only = parsers.length === 1 ? parsers[0] : undefined
  const chosen = new Map<string, Grammar>()
  return {
    framing(path, head) {
      if (only !== undefined) return only.framing
      const found = recognise(head, parsers)
      const hasLine = head.includes(10) || head.length >= enough || once
      if (!hasLine || head.length === 0) return undefined
      if (found.kind !== 'one') report(path, `${found.why}. Name the parser with --parser, or write one`)
      const grammar = found.kind === 'one' ? found.grammar : parsers[0]!
      chosen.set(path, grammar)
      return grammar.framing
    },
    readerOf: ({ origin }) => only ?? chosen.get(origin.path) ?? parsers[0]!,
  }
}
