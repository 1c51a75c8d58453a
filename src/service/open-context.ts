import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openDeadLetters } from '../store/dead-letter.ts'
import type { Context } from './context.ts'
import { OperationError } from './control.ts'
import type { Config } from './load.ts'
import { openStore, storeId } from './open-store.ts'
import { openProgressLog } from './progress-log.ts'

/** What a command opens itself when no service runs. */
export interface OpenedContext {
  readonly context: Context
  close(): Promise<void>
}

export const openContext = async (config: Config, namespace: string | undefined): Promise<OpenedContext> => {
  const embedded = config.store.kind === 'duckdb'
  if (embedded && !existsSync(config.data))
    throw new OperationError(
      3,
      `there is no data directory ${config.data}: name one with --data, or start 'tailrace run'`,
    )
  const report = (text: string): void => void process.stderr.write(`tailrace: ${text}\n`)
  const never = new AbortController()
  const store = await openStore(config)
  const progress = await openProgressLog(store, join(config.data, 'checkpoints', storeId(config)), report, never.signal)
  const letters = await openDeadLetters(join(config.data, 'dead-letter'), report)
  return {
    context: {
      config,
      store,
      storeName: config.store.kind,
      progress: progress.state,
      letters,
      inFlight: () => [],
      sources: () => [],
      live: undefined,
      namespace,
    },
    async close() {
      await progress.close()
      await letters.close()
      await store.close()
    },
  }
}
