import type { Batch } from '../event/batch.ts'
import { type Diagnostic, diagnose, markSite, type SiteMark } from '../event/diagnostic.ts'
import type { FieldsOf } from './declare.ts'
import { declared } from './declared.ts'
import { checkText } from './field-name.ts'
import { mapText } from './map-text.ts'
import type { Transform } from './transform.ts'

/** UTF-16 units of a value that a pattern is given; what follows stays as it is. */
const longest = 16_384

/**
 * The process is started so that V8 changes to its linear-time engine when a pattern backtracks too much. That engine
 * knows no look-around, back-references, letter-case or Unicode flags, and takes repeats apart: such patterns would
 * have no bound.
 */
const boundedOf = (pattern: RegExp, site: SiteMark): readonly Diagnostic[] => {
  const { source, flags } = pattern
  const plain = source.replace(/\\[^1-9k]|\[(?:[^\]\\]|\\.)*\]/g, '')
  const why = [
    [/\(\?<?[=!]/.test(plain), 'look-around', 'Capture what stands around and put it back with $1'],
    [/\\[1-9]|\\k</.test(plain), 'back-references', 'Write the alternatives out'],
    [/[iuv]/.test(flags), 'the flags i, u and v', 'Write [Aa] for letters in both cases'],
    [/\{\d{3,}|\{\d*,\d{3,}\}/.test(plain), 'counted repeats of 100 and more', 'Use * or +'],
  ] as const
  return why.flatMap(([found, what, mend]) =>
    found ? [diagnose(site, `replace: ${pattern} uses ${what}, for which no bound of time can be kept`, mend)] : [],
  )
}

/**
 * Replaces every occurrence of a text or pattern in a text field: `replace('url.path', '//', '/')`. With a pattern,
 * `$1` and `$<name>` stand for its groups; patterns whose time cannot be bounded are refused.
 */
export const replace = <const N extends string>(
  name: N,
  from: string | RegExp,
  to: string,
): Transform<FieldsOf<N>, FieldsOf<N>> => {
  const site = markSite(replace)
  const problems: Diagnostic[] = [...checkText('replace', name, site)]
  if (typeof from !== 'string') problems.push(...boundedOf(from, site))
  else if (from === '')
    problems.push(diagnose(site, 'replace: the empty text is everywhere', 'Name the text to be replaced'))
  const pattern =
    typeof from === 'string'
      ? undefined
      : new RegExp(from.source, [...new Set([...from.flags.replace('y', ''), 'g'])].join(''))
  const map = (text: string): string => {
    if (typeof from === 'string') return text.includes(from) ? text.replaceAll(from, () => to) : text
    return text.length <= longest
      ? text.replace(pattern!, to)
      : text.slice(0, longest).replace(pattern!, to) + text.slice(longest)
  }
  return Object.freeze({
    name: 'replace',
    needs: [name],
    adds: declared([name]),
    problems,
    apply(batch: Batch) {
      const column = batch.columns.get(name)
      if (column !== undefined && problems.length === 0) batch.columns.set(name, mapText(batch, column, { map }))
    },
  })
}
