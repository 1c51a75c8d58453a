import type { Failure } from '../event/failure.ts'
import { shorten } from '../event/shorten.ts'
import { soundText } from './decode.ts'
import { dissect, dissectNames } from './dissect.ts'
import { dotted } from './dotted.ts'
import type { ExtractOp } from './form.ts'
import { compileGrok } from './grok/grok.ts'
import { fail, flagInvalid, type Machine } from './machine.ts'
import { type Step, stepOf } from './step.ts'
import { anchored } from './take.ts'

/** Texts of the wanted names, each perhaps several; or why there are none. */
type Extracted =
  | {
      readonly texts: readonly (string | readonly string[] | undefined)[]
      /** Where the text of one begins. */
      readonly startOf: (wanted: number) => number
    }
  | { readonly why: () => Failure }
type Extract = (text: string) => Extracted

const byGrok = (op: ExtractOp, names: readonly string[]): Extract => {
  const { captures, find, startOf, explain } = compileGrok(op.pattern, {
    patterns: new Map(Object.entries(op.patterns ?? {})),
    ...(op.ecs === undefined ? {} : { ecs: op.ecs }),
  })
  const wanted = names.map((name) => captures.flatMap(({ field }, i) => (field === name ? [i] : [])))
  return (text) => {
    const found = find(text)
    if (found === undefined) return { why: () => explain(text) }
    const texts = wanted.map((indexes) => {
      if (indexes.length === 1) return found[indexes[0]!]
      const there = indexes.map((i) => found[i]).filter((one) => one !== undefined && one !== '') as string[]
      return there.length === 1 ? there[0] : there.length === 0 ? undefined : there
    })
    return { texts, startOf: (one) => startOf(text, wanted[one]!.find((i) => found[i] === texts[one]) ?? -1) }
  }
}

const byDissect = (op: ExtractOp, names: readonly string[]): Extract => {
  const extract = dissect(op.pattern, op.separator === undefined ? {} : { separator: op.separator })
  const written = new Map(dissectNames(op.pattern).map((name) => [dotted(name), name]))
  const keys = names.map((name) => written.get(name)!)
  return (text) => {
    const made = extract(text)
    if ('failure' in made) return { why: () => made.failure }
    return { texts: keys.map((key) => made.fields.get(key)), startOf: (one) => made.startOf(keys[one]!) }
  }
}

/** See `ExtractOp`. */
export const extractStep = (op: ExtractOp, inner: readonly Step[]): Step => {
  const names = op.captures.map(({ name }) => name)
  const extract = op.by === 'grok' ? byGrok(op, names) : byDissect(op, names)
  const expected = `text that fits ${shorten(op.pattern, 80)}`
  const run = (m: Machine): boolean => {
    const from = m.at
    const text = m.node.toString('utf8', from, m.end)
    const found = extract(text)
    if ('why' in found) {
      if (op.by === 'dissect') {
        const { code, at = 0, expected: there = expected } = found.why()
        return fail(m, code, Math.min(from + at, m.end), there)
      }
      // To find out where a grok pattern ends costs many times what the pattern does.
      const before = from - m.start
      if (m.explaining)
        m.why = () => {
          const failure = found.why()
          return { ...failure, at: (failure.at ?? 0) + before }
        }
      return fail(m, 'bad_value', from, expected)
    }
    if (text.includes('\ufffd') && soundText(m, from, m.end) !== undefined) flagInvalid(m)
    for (let i = 0; i < inner.length; i++) {
      const value = found.texts[i]
      if (value === undefined || value === '') continue
      const step = inner[i]!
      if (typeof value !== 'string')
        return fail(m, 'bad_value', from, `one ${names[i]}, not ${value.length}`, step.field)
      const { start, end } = m.scratch.write(value)
      if (anchored(m, step, from, start, end)) continue
      // The value was read elsewhere: its place is looked for only now.
      if (m.farAt === from) m.farAt += Buffer.byteLength(text.slice(0, found.startOf(i)))
      return false
    }
    m.at = m.end
    m.limit = m.end
    return true
  }
  return stepOf({ run, inner, expected })
}
