import type { Logger } from '../telemetry/log.ts'
import type { Context } from './context.ts'
import type { Answer } from './control.ts'
import type { Config } from './load.ts'
import type { Running } from './start.ts'

/** What watches the store: rules, mail, digest, page. */
export interface Analysis {
  readonly operations: Readonly<Record<string, (context: Context, asked: never, signal: AbortSignal) => Answer>>
  /** Where the page is. */
  readonly address: string | undefined
  /** Judges every window by event time: for `--once`. */
  evaluateAll(): Promise<void>
  stop(): Promise<void>
}

export const startAnalysis = async (
  _running: Running,
  _config: Config,
  _log: Logger,
  _once: boolean,
): Promise<Analysis> => ({
  operations: {},
  address: undefined,
  evaluateAll: () => Promise.resolve(),
  stop: () => Promise.resolve(),
})
