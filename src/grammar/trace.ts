import { markSite, type SiteMark } from '../event/diagnostic.ts'
import { nameProblems } from './capture.ts'
import type { ErrorMembers } from './error-text.ts'
import type { Fits, Offered, Part, Yields } from './part.ts'

type Texts = 'keyword' | 'text'
const errorFields = ['error.stack_trace', 'error.type', 'error.message'] as const

/**
 * How a language writes stack traces: whole lines, that each begin a trace of an error (`heads`), or of a stack without error
 * (`stacks`); or, where the error's name begins it, how lines of calls begin.
 */
export interface TraceStyle {
  readonly heads?: readonly string[]
  readonly stacks?: readonly string[]
  /** What lines of a trace begin with that tell no error, where they are not indented. */
  readonly frames?: readonly string[]
  /** `['\tat ']`: the name of an error, perhaps `: ` and why, stands on a line before the first of these. */
  readonly calls?: readonly string[]
  /** Such a name has a dot in it, as Java's: else a line of a message may look like one. */
  readonly dotted?: true
  /** A member of JSON may hold errors as objects instead: the names by which. Printed as Python prints a trace. */
  readonly members?: ErrorMembers
}

const partOf = (
  site: SiteMark,
  name: string | undefined,
  { heads = [], stacks = [], frames = [], calls, dotted, members }: TraceStyle,
): Pick<Part, 'ops' | 'fields' | 'problems'> => {
  const [trace, type, reason] = errorFields
  return {
    ops: [
      {
        op: 'trace',
        ...(name === undefined ? {} : { field: name }),
        ...{ trace, type, reason, heads, stacks, frames },
        ...(calls === undefined ? {} : { calls }),
        ...(dotted === undefined ? {} : { dotted }),
        ...(members === undefined ? {} : { members }),
      },
    ],
    fields: [
      ...(name === trace || name === undefined ? [] : [{ name, type: 'text' as const, list: false }]),
      { name: trace, type: 'text', list: false },
      { name: type, type: 'keyword', list: false },
      { name: reason, type: 'text', list: false },
    ],
    problems:
      [...heads, ...stacks, ...frames, ...(calls ?? [])].includes('') ||
      (heads.length === 0 && (calls ?? []).length === 0)
        ? [
            {
              site,
              text: 'A trace begins with an empty line, or with none',
              mend: 'Give the lines it begins with, or how its calls begin',
            },
          ]
        : [],
  }
}

/**
 * Everything to the end of the record; a stack trace in it goes to `error.stack_trace`, its last error to `error.type`
 * and `error.message`. `withTrace('error.stack_trace', …)` reads a text that is a trace.
 */
export const withTrace = <const N extends Offered<Texts>>(
  name: N & Fits<N, Texts>,
  style: TraceStyle,
): Part<
  object,
  Yields<N, Texts> & Yields<'error.type', 'keyword'> & Yields<'error.message' | 'error.stack_trace', 'text'>
> => {
  const site = markSite(withTrace)
  const of = partOf(site, name, style)
  return { ...of, problems: [...nameProblems(site, name, 'text', false), ...of.problems] }
}

/** Everything to the end of the record, of which only a stack trace is kept, as `withTrace` keeps it. */
export const onlyTrace = (
  style: TraceStyle,
): Part<object, Yields<'error.type', 'keyword'> & Yields<'error.message' | 'error.stack_trace', 'text'>> =>
  partOf(markSite(onlyTrace), undefined, style)
