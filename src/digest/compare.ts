import type { Account, Compared, Digest, Volume } from './digest.ts'

/** `0.12`: 12 % more than before. Undefined where there was nothing to compare with. */
export const changeOf = ({ now, before }: Compared<number>): number | undefined =>
  before === 0 ? undefined : (now - before) / before

/** Share of errors, 0…1; undefined of nothing. */
export const shareOf = ({ count, errors }: Volume): number | undefined => (count === 0 ? undefined : errors / count)

export const countsOf = ({ now, before }: Compared<Volume>): Compared<number> => ({
  now: now.count,
  before: before.count,
})

export interface AccountTotal extends Omit<Account, 'source' | 'store' | 'balanced'> {
  /** Sources whose account does not balance. */
  readonly unbalanced: readonly string[]
}

/** The ledger of all sources. What is lost of a file is lost to each store that reads it, and counts once. */
export const accountOf = (ledger: readonly Account[]): AccountTotal => {
  const sum = (name: Exclude<keyof Account, 'source' | 'store' | 'balanced'>): number =>
    ledger.reduce((all, one) => all + one[name], 0)
  return {
    read: sum('read'),
    stored: sum('stored'),
    duplicate: sum('duplicate'),
    filtered: sum('filtered'),
    deadLettered: sum('deadLettered'),
    redirected: sum('redirected'),
    inFlight: sum('inFlight'),
    lost: [...Map.groupBy(ledger, ({ source }) => source).values()].reduce(
      (all, rows) => all + Math.max(...rows.map(({ lost }) => lost)),
      0,
    ),
    bytes: sum('bytes'),
    unbalanced: ledger.flatMap(({ source, balanced }) => (balanced ? [] : [source])),
  }
}

/** How a day went, in one word. */
export type Tone = 'good' | 'warn' | 'bad'

const noticeable = 0.01

export const toneOf = ({ alerts, ledger, requests }: Digest): Tone => {
  const { unbalanced, lost, deadLettered } = accountOf(ledger)
  const open = alerts.filter(({ state }) => state === 'firing')
  if (unbalanced.length > 0 || lost > 0 || open.some(({ severity }) => severity === 'P0' || severity === 'P1'))
    return 'bad'
  return alerts.length > 0 || deadLettered > 0 || (shareOf(requests.now) ?? 0) >= noticeable ? 'warn' : 'good'
}

/** Something a reader should look at before the tables. */
export type Notable =
  | { readonly kind: 'silent'; readonly dataset: string; readonly before: number }
  | { readonly kind: 'errors'; readonly dataset: string; readonly errors: Compared<number> }
  | { readonly kind: 'failing'; readonly template: string; readonly now: number; readonly before: number | undefined }
  | { readonly kind: 'new_statement'; readonly fingerprint: string; readonly count: number; readonly total: number }

/** Fewer are no news. */
const enough = 10
const failingShare = 0.05
const mostNotable = 6

export const notableOf = ({ day, datasets, endpoints, slow, slowCount }: Digest): readonly Notable[] => {
  const found: Notable[] = []
  for (const { dataset, now, before } of datasets) {
    if (now.count === 0 && before.count >= enough && !day.soFar)
      found.push({ kind: 'silent', dataset, before: before.count })
    if (now.errors >= enough && now.errors >= 2 * before.errors)
      found.push({ kind: 'errors', dataset, errors: { now: now.errors, before: before.errors } })
  }
  for (const { template, now, before } of endpoints) {
    const [share = 0, earlier] = [shareOf(now), shareOf(before)]
    if (now.errors >= enough && share >= failingShare && share >= 2 * (earlier ?? 0))
      found.push({ kind: 'failing', template, now: share, before: earlier })
  }
  // On the first day every statement is new.
  if (slowCount.before > 0)
    for (const { fingerprint, count, total, before } of slow)
      if (before === 0 && fingerprint !== '')
        found.push({ kind: 'new_statement', fingerprint, count, total: total ?? 0 })
  return found.slice(0, mostNotable)
}
