import { diagnose, markSite } from '../event/diagnostic.ts'
import { type Field, fieldOf } from '../event/field.ts'
import { type FieldsOf, typeOf } from './declare.ts'
import { checkName } from './field-name.ts'
import type { Transform } from './transform.ts'

const another = (name: string): Field => ({
  ...(fieldOf(name) ?? { type: typeOf(name) }),
  about: `Another name of ${name}.`,
  alias: name,
})

/**
 * Keeps the names that fields had working where they are asked for: `alias({ 'user.name': 'user.id' })` after `user.name`
 * became `user.id`. Events hold the new name only. A query for the old one finds those stored under either; Elasticsearch
 * and OpenSearch get an alias mapping, so that their consoles do too. Figures and groups are to ask for the new name.
 */
export const alias = <const T extends Readonly<Record<string, string>>>(
  names: T,
): Transform<FieldsOf<T[keyof T]>, object> => {
  const site = markSite(alias)
  const pairs = Object.entries(names)
  return Object.freeze({
    name: 'alias',
    needs: Object.values(names),
    adds: Object.fromEntries(pairs.map(([old, name]) => [old, another(name)])),
    problems: pairs.flatMap(([old, name]) => [
      ...checkName('alias', old, site),
      ...checkName('alias', name, site),
      ...(Object.hasOwn(names, name)
        ? [diagnose(site, `alias: '${old}' is another name of '${name}', which is one itself`, 'Name the field itself')]
        : []),
      ...(fieldOf(name)?.type === 'flattened'
        ? [
            diagnose(
              site,
              `alias: '${name}' holds members, and no engine gives such a field another name`,
              'Leave it out',
            ),
          ]
        : []),
    ]),
    // Nothing of an event changes.
    apply: () => undefined,
  })
}
