import type { Context } from '../context.ts'
import { type Answer, OperationError } from '../control.ts'

const patience = 10_000

/** Stops waiting for a store that is away: who asks is told why, while delivery goes on trying. */
export async function* patiently(
  { store }: Pick<Context, 'store'>,
  operation: (signal: AbortSignal) => Answer,
  signal: AbortSignal,
): Answer {
  const giveUp = new AbortController()
  const both = AbortSignal.any([signal, giveUp.signal])
  let asked = Date.now()
  let away: string | undefined
  const timer = setInterval(() => {
    if (store.trouble === undefined || Date.now() - asked < patience) return
    away = store.trouble
    giveUp.abort()
  }, 500)
  try {
    for await (const row of operation(both)) {
      yield row
      asked = Date.now()
    }
  } catch (error) {
    throw away === undefined ? error : new OperationError(3, away, { cause: error })
  } finally {
    clearInterval(timer)
  }
}
