import { isRecorded, type PipelineTest } from '../pipeline/pipeline-test.ts'
import { stringify } from '../store/stringify.ts'
import type { Yielded } from './test-pipeline.ts'

/** What is expected of a test that has none of it in its definition. */
export interface Recorded {
  readonly documents: readonly Readonly<Record<string, unknown>>[]
  readonly failures: readonly Readonly<Record<string, unknown>>[]
  readonly alerts?: readonly Readonly<Record<string, unknown>>[]
}

/** One thing that is not as expected. */
export interface Difference {
  readonly what: 'document' | 'failure' | 'alert'
  /** From 1. */
  readonly number: number
  /** Of the record's first line, where there is one. */
  readonly line?: number
  /** Undefined: all of it. */
  readonly field?: string
  /** JSON text; undefined: it is not to be there, or is not there. */
  readonly expected?: string
  readonly actual?: string
}

type Row = Readonly<Record<string, unknown>>

const isNested = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0

/** Leaves by dotted name, as JSON text. */
const leavesOf = (row: Row, prefix = ''): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(row).flatMap(([name, value]) =>
      value === undefined
        ? []
        : isNested(value)
          ? [...leavesOf(value, `${prefix}${name}.`)]
          : [[`${prefix}${name}`, stringify(value)] as const],
    ),
  )

/** What lies below a name, as one object's JSON text; undefined: nothing. */
const below = (leaves: ReadonlyMap<string, string>, name: string): string | undefined => {
  const inner = [...leaves].flatMap(([leaf, value]) =>
    leaf.startsWith(`${name}.`) ? [`${JSON.stringify(leaf.slice(name.length + 1))}:${value}`] : [],
  )
  return inner.length === 0 ? undefined : `{${inner.join(',')}}`
}

const compareRows = (
  what: Difference['what'],
  expected: readonly Row[],
  actual: readonly { readonly row: Row; readonly line?: number }[],
  partial: boolean,
): readonly Difference[] => {
  const differences: Difference[] = []
  for (let i = 0; i < Math.max(expected.length, actual.length); i++) {
    const [wanted, got] = [expected[i], actual[i]]
    const at = { what, number: i + 1, ...(got?.line === undefined ? {} : { line: got.line }) }
    if (wanted === undefined || got === undefined) {
      const said = wanted === undefined ? { actual: stringify(got!.row) } : { expected: stringify(wanted) }
      differences.push({ ...at, ...said })
      continue
    }
    const [want, have] = [leavesOf(wanted), leavesOf(got.row)]
    for (const field of new Set([...want.keys(), ...(partial ? [] : have.keys())])) {
      const actual = have.get(field) ?? below(have, field)
      if (want.get(field) === actual || (want.get(field) === 'null' && actual === undefined)) continue
      const expected = want.get(field) === 'null' ? undefined : want.get(field)
      differences.push({
        ...at,
        field,
        ...(expected === undefined ? {} : { expected }),
        ...(actual === undefined ? {} : { actual }),
      })
    }
  }
  return differences
}

const rowsOf = (
  rows: readonly (object & { readonly line?: number })[],
): readonly { readonly row: Row; readonly line?: number }[] =>
  rows.map((row) => ({ row: { ...row }, ...(row.line === undefined ? {} : { line: row.line }) }))

/** What of a test did not come as expected; `recorded`: what lies in the file beside it. */
export const compareYielded = (
  test: PipelineTest,
  { documents, failures, alerts }: Yielded,
  recorded: Recorded | undefined,
): readonly Difference[] => {
  const expected = isRecorded(test) ? recorded : test
  if (expected === undefined) return []
  return [
    ...(expected.documents === undefined
      ? []
      : compareRows(
          'document',
          expected.documents,
          documents.map(({ document, line }) => ({ row: document, line })),
          test.partial === true,
        )),
    ...compareRows('failure', (expected.failures ?? []) as readonly Row[], rowsOf(failures), true),
    ...(alerts === undefined
      ? []
      : compareRows('alert', (expected.alerts ?? []) as readonly Row[], rowsOf(alerts), true)),
  ]
}

/** What is expected from now on, as it lies in the file beside the tests. */
export const recordOf = ({ documents, failures, alerts }: Yielded): Recorded => ({
  documents: documents.map(({ document }) => document),
  failures: failures.map((failure) => ({ ...failure })),
  ...(alerts === undefined ? {} : { alerts: alerts.map((alert) => ({ ...alert })) }),
})
