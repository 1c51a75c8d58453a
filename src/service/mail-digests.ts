import { createDigestSchedule, type DigestSchedule } from '../digest/schedule.ts'
import type { Outbox } from '../notify/outbox.ts'
import type { Digests } from './digests.ts'
import type { Config } from './load.ts'

/** Id of the mail that goes out by itself. The outbox remembers it: a day is mailed once, whatever restarts. */
const idOf = (date: string): string => `digest:${date}`

/** Mails the digest of each day on the next, from now on. */
export const mailDigests = ({
  config,
  digests,
  outbox,
  position,
  report,
}: {
  readonly config: Config
  readonly digests: Digests
  readonly outbox: Pick<Outbox, 'add' | 'has'>
  /** Milliseconds since 1970 up to which everything written was read; undefined: not known. */
  readonly position: () => number | undefined
  readonly report: (text: string) => void
}): DigestSchedule | undefined => {
  if (config.digest === false) return undefined
  const { at, timezone } = config.digest
  const schedule = createDigestSchedule({
    at,
    timezone,
    clock: Date.now,
    sent: (date) => outbox.has(idOf(date)),
    send: async (date, signal) => outbox.add(await digests.mail({ date }, signal, idOf)),
    position,
    report,
  })
  schedule.start()
  return schedule
}
