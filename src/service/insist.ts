import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../telemetry/log.ts'
import type { Troubles } from './troubles.ts'

/** Keeps trying what the disk refuses, says so once, and once when it goes again. */
export const insist = async (
  what: string,
  task: () => Promise<void>,
  log: Logger,
  troubles: Troubles,
  signal: AbortSignal,
): Promise<void> => {
  for (let attempt = 0; ; attempt++) {
    try {
      await task()
      troubles.clear(what)
      if (attempt > 0) log.info(`${what}: it goes again`)
      return
    } catch (error) {
      if (attempt === 0) log.error({ error: String(error) }, `${what}: this does not go; reading waits until it does`)
      troubles.set(what, {
        kind: 'delivery',
        about: what,
        text: `${what} does not go (${String(error)}); reading waits until it does`,
        blocks: true,
      })
      await sleep(Math.min(5000, 100 * 2 ** attempt), undefined, { signal })
    }
  }
}
