import type { Field } from '../../event/field.ts'
import type { Laid } from '../store.ts'
import { type Catalog, slotOf } from './catalog.ts'
import { type Held, widened } from './held-type.ts'

const textOf = ({ type, list }: Held): string => (list ? `${type} list` : type)

/** Whether a column takes the field's values and answers questions about them; one that would have to become text does not. */
export const fitsColumn = (column: string, { type }: Field): boolean => {
  const [have = ''] = column.split(' ')
  const wide = widened({ type: have as Held['type'], list: false }, { type, list: false }).type
  return have === type || wide === 'double'
}

/** The columns of each dataset's table, those of its facets among them. */
export const layoutOf = (catalog: Catalog, datasets: readonly string[], namespace: string): readonly Laid[] =>
  [...catalog.streams.values()]
    .filter((stream) => datasets.includes(stream.dataset) && stream.namespace === namespace)
    .map(({ name, dataset, fields, slots }) => ({
      dataset,
      place: name,
      isWritten: true,
      fields: Object.fromEntries(
        [fields, ...[...slots].map((slot) => slotOf(catalog, slot).fields)].flatMap((held) =>
          [...held].map(([field, one]) => [field, textOf(one)] as const),
        ),
      ),
    }))
