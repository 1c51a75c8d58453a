import type { Logger } from '../../telemetry/log.ts'
import type { Config } from '../load.ts'
import type { Running } from '../running.ts'
import { createDemo } from './writer.ts'

/** The demo's shop, open. */
export interface DemoRun {
  /** Lets it write on, as fast as `running` reads. */
  start(running: Pick<Running, 'positions'>): void
  stop(): void
}

/** Writes the shop's history; only logs that a pipeline reads. */
export const beginDemo = (config: Config, log: Logger): DemoRun => {
  let running: Pick<Running, 'positions'> | undefined
  const read = new Set(config.pipelines.map(({ name }) => name))
  const demo = createDemo({
    data: config.data,
    clock: Date.now,
    wanted: (name) => name !== 'nginx/error.log' || read.has('nginx.error'),
    unread: () => running?.positions.rows().reduce((sum, { lag_bytes }) => sum + lag_bytes, 0) ?? 0,
    report: (text) => log.warn(text),
  })
  return {
    start(given) {
      running = given
      demo.start()
    },
    stop: () => demo.stop(),
  }
}
