import type { Alert } from '../alert/alert.ts'
import type { Digest } from '../digest/digest.ts'
import type { Lang } from '../event/units.ts'
import type { Mail } from '../notify/mail.ts'
import type { Store } from '../store/store.ts'
import type { Context } from './context.ts'
import { OperationError } from './control.ts'
import { everyRow } from './operations/ledger.ts'

export interface DigestAsked {
  /** `2026-11-22`, `today` or `yesterday`; default yesterday. */
  readonly date?: string
  readonly lang?: Lang
  /** Default: the service's own; `all`. */
  readonly namespace?: string
}

/** Makes digests of what the first store, the alerts and the ledgers of all stores hold. */
export interface Digests {
  /** Throws `OperationError` for a day that cannot be told of, and what the store throws. */
  make(asked: DigestAsked, signal: AbortSignal): Promise<{ readonly digest: Digest; readonly lang: Lang }>
  /** The same as a mail. */
  mail(asked: DigestAsked, signal: AbortSignal, idOf: (date: string) => string): Promise<Mail>
}

export interface DigestsOptions {
  readonly context: Context
  readonly alerts: () => readonly Alert[] | Promise<readonly Alert[]>
  /** Milliseconds since 1970 up to which everything written was read; undefined: not known. */
  readonly position: () => number | undefined
  readonly clock?: () => number
}

const patience = 10_000

/** A store that is away is waited for by those who write to it; a reader is told. */
const refresh = async (store: Store, signal: AbortSignal): Promise<void> => {
  const away = new AbortController()
  const timer = setTimeout(() => {
    const why = store.trouble ?? `no answer within ${patience / 1000} s`
    away.abort(new OperationError(3, `no digest can be made now: ${why}`))
  }, patience)
  try {
    await store.refresh(AbortSignal.any([signal, away.signal]))
  } catch (error) {
    throw away.signal.aborted && !signal.aborted ? away.signal.reason : error
  } finally {
    clearTimeout(timer)
  }
}

/** Of the digest, whether one is mailed or not. */
const digestZone = ({ config }: Pick<Context, 'config'>) =>
  config.digest === false ? { timezone: config.timezone, lang: 'en' as const } : config.digest

export const createDigests = ({ context, alerts, position, clock = Date.now }: DigestsOptions): Digests => {
  const zone = digestZone(context)
  const make: Digests['make'] = async (
    { date = 'yesterday', lang = zone.lang, namespace = context.namespace },
    signal,
  ) => {
    if (lang !== 'en' && lang !== 'zh') throw new OperationError(2, `a digest is written in en or zh, not '${lang}'`)
    const { dateOf, dayOf } = await import('../digest/day.ts')
    const { gather } = await import('../digest/gather.ts')
    const now = clock()
    const named = date === 'today' ? 0 : date === 'yesterday' ? -1 : undefined
    const day = (() => {
      try {
        return dayOf(named === undefined ? date : dateOf(now, zone.timezone, named), zone.timezone, now)
      } catch (error) {
        if (error instanceof RangeError) throw new OperationError(2, error.message, { cause: error })
        throw error
      }
    })()
    await refresh(context.store, signal)
    const digest = await gather(day, {
      store: context.store,
      namespace: namespace === 'all' ? undefined : namespace,
      alerts: await alerts(),
      ledger: await everyRow(context),
      behind: !day.soFar && (position() ?? Number.NEGATIVE_INFINITY) < day.to,
      now,
      signal,
    })
    return { digest, lang }
  }
  return {
    make,
    async mail(asked, signal, idOf) {
      const { digest, lang } = await make(asked, signal)
      const { digestMail } = await import('../digest/digest-mail.ts')
      return digestMail(digest, lang, idOf(digest.day.date))
    },
  }
}
