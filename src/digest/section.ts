import type { Alert } from '../alert/alert.ts'
import { printable } from '../event/printable.ts'
import { shorten } from '../event/shorten.ts'
import { type Lang, printBytes, printDuration, printNumber, printShare, printValue } from '../event/units.ts'
import { accountOf, countsOf, shareOf, type Tone } from './compare.ts'
import type { Account, Compared, Digest, RankedQuery } from './digest.ts'
import { printChange } from './verdict.ts'
import { words } from './words.ts'

/** Safe to print as it is: what a log wrote was made printable. Markup is the renderer's. */
export interface Cell {
  readonly text: string
  readonly tone?: Tone | 'quiet'
}

export interface Row {
  readonly cells: readonly Cell[]
  /** A line of its own above the figures: then the first column is one too. */
  readonly head?: Cell & { readonly code?: boolean }
  /** A line of its own below them. */
  readonly below?: Cell & { readonly code?: boolean }
}

/** A table of a digest: what it is about, then figures. */
export interface Section {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** Instead of an empty table. */
  readonly empty: string
}

const longestName = 120
const longestStatement = 400

const one = (text: string, tone?: Cell['tone']): Cell => (tone === undefined ? { text } : { text, tone })
const name = (text: string, lang: Lang): Cell =>
  text === '' ? one(words.none[lang], 'quiet') : one(shorten(printable(text), longestName))
const statement = (text: string): string => shorten(printable(text.replace(/\s+/g, ' ').trim()), longestStatement)
const figure = (value: number, tone?: Cell['tone']): Cell => one(printNumber(value), value === 0 ? 'quiet' : tone)
const change = (compared: Compared<number>, lang: Lang): Cell => one(printChange(compared, lang), 'quiet')

const volumeSection = ({ datasets }: Digest, lang: Lang): Section => ({
  title: words.volume[lang],
  columns: [words.dataset[lang], words.events[lang], words.change[lang], words.errors[lang]],
  rows: datasets.map(({ dataset, now, before }) => ({
    cells: [
      name(dataset, lang),
      now.count === 0 ? one('0', 'warn') : figure(now.count),
      change(countsOf({ now, before }), lang),
      figure(now.errors, now.errors > before.errors ? 'bad' : 'warn'),
    ],
  })),
  empty: words.noEvents[lang],
})

const noticeable = 0.01

const endpointSection = ({ endpoints }: Digest, lang: Lang): Section => {
  const timed = endpoints.some(({ p95 }) => p95 !== null)
  return {
    title: words.endpoints[lang],
    columns: [words.endpoint[lang], words.requests[lang], '5xx', ...(timed ? [words.p95[lang]] : [])],
    rows: endpoints.map(({ template, now, p95 }) => {
      const share = shareOf(now) ?? 0
      const tone = share === 0 ? 'quiet' : share >= noticeable ? 'bad' : 'warn'
      const time = p95 === null ? one('', 'quiet') : one(printValue('event.duration', p95, lang))
      return {
        cells: [name(template, lang), figure(now.count), one(printShare(share), tone), ...(timed ? [time] : [])],
      }
    }),
    empty: words.noRequests[lang],
  }
}

const seconds = (value: number | null, lang: Lang): Cell =>
  value === null ? one('', 'quiet') : one(printDuration(value * 1000, lang))

const slowRow = (query: RankedQuery, first: boolean, lang: Lang): Row => {
  const { digest, fingerprint, count, total, mean, max, before, example, schema } = query
  const about = [digest, ...(schema === undefined ? [] : [shorten(printable(schema), 64)])]
  return {
    head: { text: statement(fingerprint === '' ? (example ?? digest) : fingerprint), code: true },
    cells: [
      one(`${printNumber(count)}${before === 0 && !first ? ` (${words.fresh[lang]})` : ''}`),
      seconds(total, lang),
      seconds(mean, lang),
      seconds(max, lang),
    ],
    below: {
      text: [...about, ...(example === undefined ? [] : [statement(example)])].join(' · '),
      tone: 'quiet',
      code: true,
    },
  }
}

const slowSection = ({ slow, slowCount }: Digest, lang: Lang): Section => ({
  title: words.slow[lang],
  columns: [words.runs[lang], words.total[lang], words.mean[lang], words.longest[lang]],
  rows: slow.map((query) => slowRow(query, slowCount.before === 0, lang)),
  empty: words.noSlow[lang],
})

/** The clock in the digest's zone; with the date where it is another day. */
const clock = (ms: number, { timezone, date }: Digest['day']): string => {
  const at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone)
  const time = at.toPlainTime().toString({ smallestUnit: 'minute' })
  const day = at.toPlainDate().toString()
  return day === date ? time : `${day.slice(5)} ${time}`
}

const alertRow = (
  { severity, state, title, cause, explanation, since, until }: Alert,
  digest: Digest,
  lang: Lang,
): Row => {
  const open = state === 'firing'
  const end = until === undefined ? '' : clock(until, digest.day)
  const lasted = printDuration((until ?? digest.madeAt) - since, lang)
  return {
    head: one(`${severity} ${shorten(printable(title[lang]), 200)}`, open ? 'bad' : undefined),
    cells: [
      one(open ? words.open[lang] : words.resolved[lang], open ? 'bad' : 'good'),
      one(`${clock(since, digest.day)} – ${end} (${lasted})`.replace(' –  (', ' – … (')),
    ],
    below: one(shorten(printable((cause ?? explanation)[lang]), 400), 'quiet'),
  }
}

const alertSection = (digest: Digest, lang: Lang): Section => ({
  title: words.alerts[lang],
  columns: [words.state[lang], words.when[lang]],
  rows: digest.alerts.slice(0, mostAlerts).map((alert) => alertRow(alert, digest, lang)),
  empty: words.noAlerts[lang],
})
const mostAlerts = 50

const besides = (account: Account, lang: Lang): string => {
  const { filtered, duplicate, redirected, inFlight, lost } = account
  const told: readonly (readonly [number, string, string])[] = [
    [filtered, `${printNumber(filtered)} filtered on purpose`, `按规则过滤 ${printNumber(filtered)}`],
    [duplicate, `${printNumber(duplicate)} duplicates`, `重复 ${printNumber(duplicate)}`],
    [redirected, `${printNumber(redirected)} redirected`, `转存 ${printNumber(redirected)}`],
    [inFlight, `${printNumber(inFlight)} under way`, `处理中 ${printNumber(inFlight)}`],
    [lost, `${printBytes(lost)} stated lost`, `确认丢失 ${printBytes(lost)}`],
  ]
  return told
    .filter(([count]) => count > 0)
    .map(([, en, zh]) => ({ en, zh })[lang])
    .join(lang === 'zh' ? '，' : ', ')
}

const ledgerSection = ({ ledger }: Digest, lang: Lang): Section => ({
  title: words.ledger[lang],
  columns: [words.read[lang], words.stored[lang], words.dead[lang], words.balance[lang]],
  rows: ledger.map((account) => {
    const rest = besides(account, lang)
    return {
      head: one(`${shorten(printable(account.source), 64)} → ${account.store}`),
      cells: [
        figure(account.read),
        figure(account.stored),
        figure(account.deadLettered, 'warn'),
        account.balanced ? one(`✓ ${words.balances[lang]}`, 'good') : one(`✗ ${words.broken[lang]}`, 'bad'),
      ],
      ...(rest === '' ? {} : { below: one(rest, account.lost > 0 ? 'bad' : 'quiet') }),
    }
  }),
  empty: words.noLedger[lang],
})

/** What is read first comes first: open alerts before figures, the account last. */
export const sectionsOf = (digest: Digest, lang: Lang): readonly Section[] => [
  alertSection(digest, lang),
  volumeSection(digest, lang),
  endpointSection(digest, lang),
  slowSection(digest, lang),
  ledgerSection(digest, lang),
]

/** A figure that stands by itself at the top. */
export interface Tile {
  readonly label: string
  readonly value: Cell
  readonly note: string
}

export const tilesOf = (digest: Digest, lang: Lang): readonly Tile[] => {
  const { requests, alerts, ledger, total } = digest
  const [share, before] = [shareOf(requests.now), shareOf(requests.before)]
  const open = alerts.filter(({ state }) => state === 'firing').length
  const { unbalanced, deadLettered, lost } = accountOf(ledger)
  const yesterday = { en: 'the day before', zh: '前一天' }[lang]
  return [
    {
      label: words.events[lang],
      value: one(printNumber(total.now.count), total.now.count === 0 ? 'warn' : undefined),
      note: `${yesterday} ${printNumber(total.before.count)}`,
    },
    {
      label: words.failed[lang],
      value: share === undefined ? one('–', 'quiet') : one(printShare(share), share >= noticeable ? 'bad' : 'good'),
      note: before === undefined ? '' : `${yesterday} ${printShare(before)}`,
    },
    {
      label: words.alerts[lang],
      value: one(printNumber(alerts.length), open > 0 ? 'bad' : alerts.length > 0 ? 'warn' : 'good'),
      note: open === 0 ? '' : `${printNumber(open)} ${words.open[lang]}`,
    },
    {
      label: words.ledger[lang],
      value:
        ledger.length === 0
          ? one('–', 'quiet')
          : unbalanced.length > 0
            ? one(`✗ ${words.broken[lang]}`, 'bad')
            : one(`✓ ${words.balances[lang]}`, 'good'),
      note: [
        ...(deadLettered === 0
          ? []
          : [{ en: `${printNumber(deadLettered)} dead letters`, zh: `死信 ${printNumber(deadLettered)}` }[lang]]),
        ...(lost === 0 ? [] : [{ en: `${printBytes(lost)} lost`, zh: `丢失 ${printBytes(lost)}` }[lang]]),
      ].join(', '),
    },
  ]
}
