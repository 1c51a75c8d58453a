import { join } from 'node:path'
import type { Alert } from '../alert/alert.ts'
import { compileRules } from '../alert/compile.ts'
import { createScheduler } from '../alert/schedule.ts'
import type { Batch } from '../event/batch.ts'
import { datasetsOf, type Pipeline } from '../pipeline/pipeline.ts'
import { openDuckdb } from '../store/duckdb/store.ts'
import { knownFields } from './operations/question.ts'

/** Judges a pipeline's rules over what it yields, by event time, as `run --once` does. */
export interface AlertTrial {
  /** Stores the live rows of a batch, which stays the caller's. */
  take(batch: Batch): Promise<void>
  alerts(): Promise<readonly Alert[]>
  close(): Promise<void>
}

const namespace = 'default'
/** So that the last window has ended when it is judged. */
const hour = 3_600_000

/** `directory`: empty, and removed by the caller. `lastAt`: of the last event, once all are taken. */
export const openAlertTrial = async (
  pipeline: Pipeline,
  timezone: string,
  directory: string,
  lastAt: () => number,
): Promise<AlertTrial> => {
  const signal = new AbortController().signal
  const store = await openDuckdb({ path: join(directory, 'events.duckdb') })
  const known = knownFields({ pipelines: [pipeline] })
  const { rules } = compileRules(pipeline.rules, { ...known, timezone })
  await store.prepare(datasetsOf(pipeline), namespace, signal)
  return {
    take: (batch) => store.write([batch], () => ({}), signal),
    async alerts() {
      const scheduler = await createScheduler({
        rules,
        store,
        namespace,
        context: { fieldOf: known.fieldOf, timezone },
        clock: () => lastAt() + hour,
        position: lastAt,
        takeLate: () => new Map(),
        directory: join(directory, 'alerts'),
        notifiers: new Map(),
        report: () => undefined,
      })
      try {
        await scheduler.evaluateOnce()
        return scheduler.alerts()
      } finally {
        await scheduler.stop()
      }
    },
    close: () => store.close(),
  }
}
