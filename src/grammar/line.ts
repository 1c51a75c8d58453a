import { markSite, type SiteMark } from '../event/diagnostic.ts'
import { fieldOf } from '../event/field.ts'
import { nameProblems } from './capture.ts'
import type { Op } from './form.ts'
import type {
  Choice,
  Fits,
  Maybe,
  Offered,
  OptionalOf,
  Part,
  PartProblem,
  RequiredOf,
  Sequence,
  Show,
  Yields,
} from './part.ts'

/** What `line` does, for layouts put together by a program: `literals` stand before, between and after `parts`. */
export const sequence = (
  literals: readonly string[],
  parts: readonly Part[],
  site: SiteMark = markSite(sequence),
): Part => {
  const ops: Op[] = []
  const problems: PartProblem[] = []
  literals.forEach((literal, i) => {
    if (literal.includes('\n')) {
      problems.push({ site, text: 'A line holds a line end', mend: 'Write several lines in record(line`…`, line`…`)' })
    }
    const last = ops.at(-1)
    if (literal !== '' && last?.op === 'literal') ops[ops.length - 1] = { op: 'literal', text: last.text + literal }
    else if (literal !== '') ops.push({ op: 'literal', text: literal })
    const part = parts[i]
    if (part !== undefined) {
      ops.push(...part.ops)
      problems.push(...part.problems)
    }
  })
  return { ops, fields: parts.flatMap((part) => part.fields), problems }
}

/** A line as it looks, with captures where its values are: line`${ip('source.ip')} said ${text('message')}`. */
export const line = <const C extends readonly Part[]>(literals: TemplateStringsArray, ...parts: C): Sequence<C> =>
  sequence(literals, parts, markSite(line)) as Sequence<C>

/** A piece that some records lack, in a line or as a whole line of a record. */
export const optional = <P extends Part>(part: P): Maybe<P> => ({
  ops: [{ op: 'optional', ops: part.ops }],
  fields: part.fields,
  problems: part.problems,
})

/** The first piece that fits; once one did, the others are not tried again. */
export const either = <const C extends readonly Part[]>(...branches: C): Choice<C> => ({
  ops: [{ op: 'either', branches: branches.map(({ ops }) => ops) }],
  fields: branches.flatMap(({ fields }) => fields),
  problems: branches.flatMap(({ problems }) => problems),
})

/**
 * A piece whose text, as written, is a field of its own beside what its captures take: a message that is read further,
 * the time in the log's own words.
 */
export const whole = <const N extends Offered<'keyword' | 'text'>, P extends Part>(
  name: N & Fits<N, 'keyword' | 'text'>,
  part: P,
): Part<RequiredOf<P>, Show<OptionalOf<P> & Yields<N, 'keyword' | 'text'>>> => {
  const type = fieldOf(name)?.type === 'text' ? 'text' : 'keyword'
  return {
    ops: [{ op: 'whole', field: name, ops: part.ops }],
    fields: [{ name, type, list: false }, ...part.fields],
    problems: [...nameProblems(markSite(whole), name, type, false), ...part.problems],
  }
}

/** One or more blanks or tabs, however many. */
export const blanks = (): Part<object, object> => ({ ops: [{ op: 'blanks' }], fields: [], problems: [] })
