import type { Alert } from '../alert/alert.ts'
import type { Lang } from '../event/units.ts'
import { parseKql } from '../query/kql.ts'
import { QueryError } from '../query/query-error.ts'
import { everything, type Query } from '../query/tree.ts'
import type { LedgerRow } from '../store/ledger-rows.ts'
import type { Account, Answers, Asked, FileRow, Overview, RangeName } from '../web/dashboard/overview.ts'
import { ranges } from '../web/dashboard/overview.ts'
import { createCached } from './cached.ts'
import type { Context } from './context.ts'
import type { Config } from './load.ts'
import { everyRow } from './operations/ledger.ts'
import { knownFields } from './operations/question.ts'
import { answersOf } from './page-answers.ts'
import type { Trouble } from './troubles.ts'

/** How old an answer may be: longer ranges change less, and cost more. */
const maxAge: Readonly<Record<RangeName, number>> = { '1h': 3000, '24h': 15_000, '7d': 60_000 }
const longest = 15_000
const longestQuery = 2000

/** Reads the address; a query that cannot be read is left out and said. */
const askedOf = (
  query: URLSearchParams,
  lang: Lang,
  config: Config,
  now: number,
): { readonly asked: Asked; readonly where: Query } => {
  const name = query.get('range') ?? ''
  const kql = (query.get('q') ?? '').slice(0, longestQuery)
  const asked = {
    lang,
    fixedLang: query.has('lang'),
    range: (Object.hasOwn(ranges, name) ? name : '1h') as RangeName,
    kql,
    problem: undefined,
  }
  if (kql.trim() === '') return { asked, where: everything }
  try {
    return { asked, where: parseKql(kql, { ...knownFields(config), now, timezone: config.timezone }) }
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    return { asked: { ...asked, problem: error.draw() }, where: everything }
  }
}

const accountOf = (store: string, rows: readonly LedgerRow[]): Account => {
  const sum = (of: (row: LedgerRow) => number): number => rows.reduce((total, row) => total + of(row), 0)
  return {
    store,
    read: sum(({ read }) => read),
    stored: sum(({ stored }) => stored),
    deadLettered: sum((row) => row.dead_lettered),
    inFlight: sum((row) => row.in_flight),
    lost: sum(({ lost }) => lost),
    balanced: rows.every(({ balanced }) => balanced),
  }
}

/** An account a store, the first one's first. */
const accountsOf = async (context: Context): Promise<readonly Account[]> => {
  const rows = Map.groupBy(await everyRow(context), ({ store }) => store)
  return [...new Set([context.storeName, ...rows.keys()])].map((store) => accountOf(store, rows.get(store) ?? []))
}

const filesOf = (context: Context): readonly FileRow[] =>
  context
    .sources()
    .map(({ path, source, state, size, lag_bytes: lagBytes, lag_seconds: lagSeconds }) => ({
      path,
      source,
      state,
      size,
      lagBytes,
      lagSeconds,
    }))
    .sort(
      (a, b) =>
        Number(b.state === 'unreadable') - Number(a.state === 'unreadable') ||
        b.lagBytes - a.lagBytes ||
        (a.path < b.path ? -1 : 1),
    )

export interface OverviewParts {
  readonly config: Config
  readonly demo: boolean
  /** Undefined while the service starts. */
  readonly context: () => Context | undefined
  readonly alerts: () => readonly Alert[]
  /** Host of the instance that judges; undefined: this one. */
  readonly elsewhere: () => string | undefined
  readonly troubles: () => readonly Trouble[]
  readonly clock?: () => number
}

/** Gathers what the page says. What the store answers is shared for some seconds; without it the rest is shown. */
export const createOverview = ({
  config: first,
  demo,
  context,
  alerts,
  elsewhere,
  troubles,
  clock = Date.now,
}: OverviewParts) => {
  const cached = createCached<Answers>(32, clock)
  const ask = ({ store, config }: Context, asked: Asked, where: Query): Promise<Answers> =>
    cached.get(JSON.stringify([asked.range, asked.problem === undefined ? asked.kql : '']), maxAge[asked.range], () =>
      answersOf(store, where, config.namespace, asked.range, clock(), AbortSignal.timeout(longest)),
    )
  return async (query: URLSearchParams, lang: Lang): Promise<Overview> => {
    const now = context()
    const config = now?.config ?? first
    const { asked, where } = askedOf(query, lang, config, clock())
    let answers: Answers | undefined
    let silence = troubles().find(({ kind }) => kind === 'store')?.text
    if (now !== undefined)
      try {
        // A store that is waited for is not asked: it would only be waited for once more.
        if (now.store.trouble !== undefined && !now.store.transactional) silence = now.store.trouble
        else answers = await ask(now, asked, where)
      } catch (error) {
        silence = error instanceof Error ? error.message : String(error)
      }
    return {
      now: clock(),
      timezone: config.timezone,
      namespace: config.namespace,
      demo,
      asked,
      troubles: [...troubles()].sort((a, b) => Number(b.blocks) - Number(a.blocks)),
      alerts: alerts(),
      elsewhere: elsewhere(),
      files: now === undefined ? [] : filesOf(now),
      ledger: now === undefined ? [accountOf('', [])] : await accountsOf(now),
      answers,
      silence,
    }
  }
}
