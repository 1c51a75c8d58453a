import type { Diagnostic } from '../event/diagnostic.ts'
import type { Field, Schema } from '../event/field.ts'
import { provenanceFields } from '../event/provenance.ts'
import { fitsColumn } from '../store/duckdb/layout.ts'
import { fitsMapping } from '../store/elasticsearch/layout.ts'
import type { Laid } from '../store/store.ts'
import { capturePlace, grammarOf } from './capture-place.ts'
import { successorOf } from './compare-locks.ts'
import type { Config } from './load.ts'
import { schemasOf } from './schemas-of.ts'

export interface CheckedLive {
  /** What the store could not take as it holds it now. */
  readonly problems: readonly Diagnostic[]
  /** What is worth knowing and breaks nothing. */
  readonly notes: readonly string[]
}

type Fits = (laid: string, field: Field) => boolean

/** What a field meets in an index or table; undefined: nothing that is in its way. */
const met = (name: string, field: Field, { fields }: Laid, fits: Fits): string | undefined => {
  const laid = fields[name]
  if (laid !== undefined && (laid === 'object' || laid.startsWith('alias of ') || !fits(laid, field))) return laid
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const above = fields[name.slice(0, dot)]
    // A flattened field holds whatever lies below it.
    if (above !== undefined && above !== 'object' && laid === undefined)
      return `within '${name.slice(0, dot)}', ${above},`
  }
  return undefined
}

const consequence = (isEngine: boolean): string =>
  isEngine
    ? "'run' would begin a new index for it, and questions over both find only a part"
    : 'the column would become text, and questions that compare numbers find nothing in it'

/** Where the place that is written to would not take a field as it is now, and where only older events lie otherwise. */
const conflictsOf = (
  config: Config,
  dataset: string,
  schema: Schema,
  places: readonly Laid[],
  fits: Fits,
): CheckedLive => {
  const problems: Diagnostic[] = []
  const notes: string[] = []
  for (const [name, field] of schema) {
    // Where the old name holds values a new index begins, in which it is another name.
    if (field.alias !== undefined) continue
    const found = places.flatMap((place) => {
      const what = met(name, field, place, fits)
      return what === undefined ? [] : [{ place, what }]
    })
    const [first] = found
    if (first === undefined) continue
    const written = found.find(({ place }) => place.isWritten)
    const { place, what } = written ?? first
    const more = found.length > 1 ? ` and ${found.length - 1} more` : ''
    const text = `${dataset}: the field '${name}' is ${field.type}, and ${what} in ${place.place}${more}`
    if (written === undefined) {
      notes.push(`${text}, which holds older events: questions over both find only a part`)
      continue
    }
    const grammar = grammarOf(config, dataset, name)
    problems.push({
      ...(grammar?.schema.has(name) === true ? capturePlace(grammar, name) : {}),
      text: `${text}: ${consequence(config.store.kind === 'elasticsearch')}`,
      mend: 'Give it the type it has there, or another name',
    })
  }
  return { problems, notes }
}

/** An embedded store keeps these elsewhere than in the dataset's table. */
const isProvenance: ReadonlySet<string> = new Set(provenanceFields)

/** Fields the store holds that nothing yields any more, each with the new one that it may have become. */
const leftOf = (dataset: string, schema: Schema, places: readonly Laid[], fits: Fits): readonly string[] => {
  const written = places.find(({ isWritten }) => isWritten)
  if (written === undefined) return []
  const fresh = [...schema].filter(([name]) => written.fields[name] === undefined && !isProvenance.has(name))
  const gone = Object.entries(written.fields).filter(([name, type]) => !schema.has(name) && type !== 'object')
  return gone.flatMap(([name, type]) => {
    const candidates = fresh.flatMap(([other, field]) => (fits(type, field) ? [other] : []))
    const renamed = successorOf(name, candidates)
    return renamed === undefined
      ? []
      : [
          `${dataset}: '${name}', which ${written.place} holds, is yielded no more, and '${renamed}' of its type is new. If it was renamed, .through(alias({ '${name}': '${renamed}' })) lets searches for it find both`,
        ]
  })
}

/** Holds what the pipelines yield against how their datasets lie in the store. */
export const compareLive = (config: Config, laid: readonly Laid[]): CheckedLive => {
  const fits: Fits = config.store.kind === 'elasticsearch' ? fitsMapping : fitsColumn
  const problems: Diagnostic[] = []
  const notes: string[] = []
  for (const [dataset, schema] of schemasOf(config.pipelines)) {
    const places = laid.filter((one) => one.dataset === dataset)
    const conflicts = conflictsOf(config, dataset, schema, places, fits)
    problems.push(...conflicts.problems)
    notes.push(...conflicts.notes)
    notes.push(...leftOf(dataset, schema, places, fits))
    const overruled = places.find(({ overruledBy }) => overruledBy !== undefined)?.overruledBy
    if (overruled !== undefined)
      problems.push({
        text: `${dataset}: the index template '${overruled}' wins over Tailrace's, so new indices lie as it says`,
        mend: 'Lower its priority below 250, or narrow its patterns',
      })
  }
  return { problems, notes }
}
