import type { Batch } from '../event/batch.ts'
import { absent } from '../event/column.ts'
import { type Diagnostic, diagnose, markSite } from '../event/diagnostic.ts'
import { type Field, fieldOf } from '../event/field.ts'
import { codedOf } from './coded.ts'
import type { FieldsOf } from './declare.ts'
import { textDictionary } from './dictionary.ts'
import { checkName, checkText } from './field-name.ts'
import type { Transform } from './transform.ts'

/** Parts of one value; what follows stays in the last. */
const most = 1000

/**
 * Splits a text at each separator into a list, without the spaces around the parts; empty parts are left out:
 * `split('app.roles', ',')`, `split('app.roles', ',', 'labels.roles')`.
 */
export const split = <const N extends string, const I extends string = N>(
  name: N,
  separator: string,
  into?: I,
): Transform<FieldsOf<N>, FieldsOf<I>> => {
  const site = markSite(split)
  const target: string = into ?? name
  const known = fieldOf(target)
  const problems: Diagnostic[] = [
    ...checkText('split', name, site),
    ...(into === undefined ? [] : checkName('split', into, site)),
  ]
  if (separator === '') problems.push(diagnose(site, 'split: the empty text separates nothing', 'Name a separator'))
  if (known !== undefined && (known.list !== true || known.type !== 'keyword'))
    problems.push(
      diagnose(
        site,
        `split: '${target}' cannot hold a list of texts`,
        "Name a field for the parts, as split('…', ',', 'labels.…')",
      ),
    )
  const field: Field = known ?? { type: 'keyword', list: true, about: `Split from ${name} by a pipeline.` }
  const partsOf = (text: string): readonly string[] => {
    const parts = text.split(separator)
    const few = parts.length <= most ? parts : [...parts.slice(0, most - 1), parts.slice(most - 1).join(separator)]
    return few.map((part) => part.trim()).filter((part) => part !== '')
  }
  return Object.freeze({
    name: 'split',
    needs: [name],
    adds: { [target]: field },
    problems,
    apply(batch: Batch) {
      const column = batch.columns.get(name)
      const coded = column === undefined || problems.length > 0 ? undefined : codedOf(batch, column)
      if (coded === undefined) return
      const lists = coded.texts.map(partsOf)
      const texts = [...new Set(lists.flat())]
      const codeOf = new Map(texts.map((text, code) => [text, code]))
      const coding = lists.map((parts) => parts.map((part) => codeOf.get(part)!))
      const first = batch.scratch.u32(batch.count + 1)
      let total = 0
      for (let i = 0; i < batch.count; i++) {
        first[i] = total
        if (coded.codes[i] !== absent) total += coding[coded.codes[i]!]!.length
      }
      first[batch.count] = total
      const codes = batch.scratch.u32(total)
      for (let i = 0; i < batch.count; i++)
        if (coded.codes[i] !== absent) codes.set(coding[coded.codes[i]!]!, first[i]!)
      batch.columns.set(target, { kind: 'list', first, values: textDictionary(batch, codes, texts) })
    },
  })
}
