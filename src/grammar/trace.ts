import { markSite } from '../event/diagnostic.ts'
import { nameProblems } from './capture.ts'
import type { Fits, Offered, Part, Yields } from './part.ts'

type Texts = 'keyword' | 'text'
const errorFields = ['error.stack_trace', 'error.type', 'error.message'] as const

/** How a language writes stack traces: whole lines, that each begin a trace of an error, or of a stack without error. */
export interface TraceStyle {
  readonly heads: readonly [string, ...string[]]
  readonly stacks?: readonly string[]
}

/**
 * Everything to the end of the record; a stack trace in it goes to `error.stack_trace`, its last error to `error.type`
 * and `error.message`. `withTrace('error.stack_trace', …)` reads a text that is a trace.
 */
export const withTrace = <const N extends Offered<Texts>>(
  name: N & Fits<N, Texts>,
  { heads, stacks = [] }: TraceStyle,
): Part<
  object,
  Yields<N, Texts> & Yields<'error.type', 'keyword'> & Yields<'error.message' | 'error.stack_trace', 'text'>
> => {
  const site = markSite(withTrace)
  const [trace, type, reason] = errorFields
  return {
    ops: [{ op: 'trace', field: name, trace, type, reason, heads, stacks }],
    fields: [
      ...(name === trace ? [] : [{ name, type: 'text' as const, list: false }]),
      { name: trace, type: 'text', list: false },
      { name: type, type: 'keyword', list: false },
      { name: reason, type: 'text', list: false },
    ],
    problems: [
      ...nameProblems(site, name, 'text', false),
      ...([...heads, ...stacks].includes('')
        ? [{ site, text: 'A trace begins with an empty line', mend: 'Give the lines it begins with' }]
        : []),
    ],
  }
}
