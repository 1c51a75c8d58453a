import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Alert } from '../alert/alert.ts'
import { outcome, release } from '../event/batch.ts'
import { documentText } from '../event/document.ts'
import { provenanceFields } from '../event/provenance.ts'
import { datasetsOf } from '../pipeline/pipeline.ts'
import type { PipelineTest } from '../pipeline/pipeline-test.ts'
import { prepare } from '../pipeline/run.ts'
import { parse } from '../store/stringify.ts'
import { createChoice } from './choose.ts'
import { openOnce } from './read-input.ts'
import { openAlertTrial } from './test-alerts.ts'
import { createLineFinder, tell } from './told.ts'

export interface YieldedDocument {
  /** Number of the record's first line, from 1. */
  readonly line: number
  readonly document: Readonly<Record<string, unknown>>
}
export interface YieldedFailure {
  readonly line: number
  readonly stage: string
  readonly code: string
  readonly field?: string
}
export type YieldedAlert = Pick<Alert, 'rule' | 'state' | 'group' | 'value'> & { readonly since: string }

/** What a pipeline made of the lines of a test. */
export interface Yielded {
  readonly documents: readonly YieldedDocument[]
  readonly failures: readonly YieldedFailure[]
  /** Undefined: the rules were not asked. */
  readonly alerts: readonly YieldedAlert[] | undefined
}

/** What is of the place and time of a run rather than of the pipeline. */
const passing = provenanceFields.filter((name) => !['@timestamp', 'event.dataset', 'log.flags'].includes(name))
const host = 'localhost'
const defaultNow = '2026-01-01T00:00:00Z'

/** Takes a dotted name out, and objects that are empty then. */
const without = (document: Readonly<Record<string, unknown>>, [head = '', ...rest]: readonly string[]) => {
  const inner = document[head]
  if (inner === undefined) return document
  const { [head]: _, ...others } = document
  if (rest.length === 0) return others
  const left: Readonly<Record<string, unknown>> = without(inner as Readonly<Record<string, unknown>>, rest)
  return Object.keys(left).length === 0 ? others : { ...document, [head]: left }
}

const pathOf = ({ path, pipeline: { source } }: PipelineTest): string =>
  path ?? source.paths?.[0]?.replaceAll(/\*+/g, 'test') ?? `${source.name}.log`

/** Runs the lines of a test through its pipeline: source, parsers, transforms, and rules where `judges` says so. */
export const testPipeline = async (test: PipelineTest, { judges }: { readonly judges: boolean }): Promise<Yielded> => {
  const { pipeline } = test
  const now = Date.parse(test.now ?? defaultNow)
  const timezone = pipeline.timezone ?? test.timezone ?? 'UTC'
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-test-'))
  const path = pathOf(test)
  const input = join(directory, 'lines')
  const documents: YieldedDocument[] = []
  const failures: YieldedFailure[] = []
  let lastAt = 0
  try {
    await writeFile(input, test.lines.map((text) => `${text}\n`).join(''))
    const lineOf = createLineFinder(input)
    const choice = createChoice(pipeline.parsers, pipeline.source, true, () => undefined)
    const schemas = datasetsOf(pipeline)
    for (const step of pipeline.transforms) await step.open?.()
    await mkdir(join(directory, 'trial'))
    const trial = judges ? await openAlertTrial(pipeline, timezone, join(directory, 'trial'), () => lastAt) : undefined
    const { source, close } = await openOnce(
      { path: input, clock: () => now },
      (_, head, key) => choice.framing(path, head, key),
      () => undefined,
    )
    const signal = new AbortController().signal
    try {
      for (let block = await source.next(signal); block !== undefined; block = await source.next(signal)) {
        const placed = { ...block, origin: { ...block.origin, path }, readAt: now }
        const batch = prepare(placed, {
          readerOf: (one) => choice.readerOf(one),
          datasetOf: (reader) => pipeline.dataset ?? reader.name,
          schemaOf: (dataset) => schemas.get(dataset)!,
          transforms: pipeline.transforms,
          host,
          namespace: 'default',
          timezone,
          clock: () => now,
        })
        for (let row = 0; row < batch.count; row++) {
          if (batch.outcome[row] === outcome.dead) {
            const { line, failure } = tell(batch, row, lineOf)
            const { stage, code, field } = failure
            failures.push({ line, stage, code, ...(field === undefined ? {} : { field }) })
          } else if (batch.outcome[row] === outcome.live) {
            const whole = parse(documentText(batch, row)) as Readonly<Record<string, unknown>>
            lastAt = Math.max(lastAt, Date.parse(String(whole['@timestamp'])))
            const document = passing.reduce((left, name) => without(left, name.split('.')), whole)
            documents.push({ line: lineOf(batch.block.from[row]!), document })
          }
        }
        await trial?.take(batch)
        release(batch)
      }
      const alerts = await trial?.alerts()
      return {
        documents,
        failures,
        alerts: alerts?.map(({ rule, state, group, value, since }) => ({
          rule,
          state,
          group,
          value,
          since: new Date(since).toISOString(),
        })),
      }
    } finally {
      await close()
      await trial?.close()
      for (const step of pipeline.transforms) await step.close?.()
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
