import { type ScheduledTask, schedule } from 'node-cron'
import type { Logger } from '../telemetry/log.ts'
import { quiet } from '../telemetry/quiet.ts'
import type { Context } from './context.ts'
import { recordsOf } from './operations/sources.ts'

/**
 * Forgets files that are gone for longer than their tombstones are kept. How many records the store holds of them is
 * written into the account first, so that counting the store goes on to make sense.
 */
export const retire = async (
  context: Pick<Context, 'store' | 'changes' | 'sourceChanges'>,
  signal: AbortSignal,
): Promise<number> => {
  const { generations, reset } = context.sourceChanges!
  const expired = generations.expired()
  for (const { key } of expired) {
    const records = await recordsOf(context, key, signal)
    const record = { checkpoints: {}, ledger: [], earliest: {}, retired: { [key]: records } }
    await context.changes!.write([], () => record, signal)
    reset(key, undefined)
    await generations.forget([key])
  }
  return expired.length
}

/** Does so each night. */
export const startRetiring = (context: Context, log: Logger): { stop(): Promise<void> } => {
  const stopping = new AbortController()
  let underWay: Promise<void> | undefined
  const run = async (): Promise<void> => {
    try {
      const count = await retire(context, stopping.signal)
      if (count > 0) log.info(`${count} files that are gone for 30 days are forgotten`)
    } catch (error) {
      if (!stopping.signal.aborted) log.warn({ error: String(error) }, 'files that are gone could not be forgotten')
    }
  }
  const task: ScheduledTask = schedule('47 3 * * *', () => (underWay = run()), {
    noOverlap: true,
    suppressMissedWarning: true,
    logger: quiet,
  })
  return {
    async stop() {
      stopping.abort()
      await task.destroy()
      await underWay
    },
  }
}
