import { without } from './lost-span.ts'

/** Start of the hour a time lies in; both milliseconds since 1970. */
export const hourOf = (ms: number): number => ms - (ms % 3_600_000)

export const dayMs = 86_400_000
/** Of events whose time is not known, or far from when they were read. */
export const unknownDay = 0

/** How many events were stored, by dataset and by day of the event: days since 1970, or `unknownDay`. */
export type EventDays = Map<string, Map<number, number>>

/** As plain JSON. */
type DayCounts = Readonly<Record<string, Readonly<Record<string, number>>>>

export const dayCounts = (days: EventDays): DayCounts =>
  Object.fromEntries([...days].map(([dataset, of]) => [dataset, Object.fromEntries(of)]))

const addDays = (days: EventDays, counts: DayCounts): void => {
  for (const [dataset, of] of Object.entries(counts)) {
    const known = days.get(dataset) ?? new Map<number, number>()
    days.set(dataset, known)
    for (const [day, count] of Object.entries(of)) known.set(Number(day), (known.get(Number(day)) ?? 0) + count)
  }
}

/** Records by what became of them, of one file, in one hour of reading. */
export interface LedgerDelta {
  readonly source: string
  readonly path: string
  /** Milliseconds since 1970, at the start of the hour. */
  readonly hour: number
  readonly read: number
  readonly stored: number
  readonly duplicate: number
  readonly filtered: number
  readonly deadLettered: number
  readonly redirected: number
  /** Of the dead-lettered: those a person removed from the queue for good. */
  readonly purged?: number
  /** Bytes stated lost. */
  readonly lost: number
  /** Bytes the checkpoint moved by. */
  readonly bytes: number
  /** Of these: bytes that are in no record with an outcome, no separators that the framer counted, and not stated lost. */
  readonly adrift?: number
}

/** Bytes [from, to) of a generation that were gone before they could be read: stated once, until a file is found that holds them. */
export interface LostSpan extends Span {
  readonly source: string
  readonly path: string
  /** Milliseconds since 1970: when it was stated. */
  readonly at: number
}

export interface Span {
  readonly key: string
  readonly from: number
  readonly to: number
}

/** A dead letter left the queue: its record is counted as something else from now on, in its own hour. */
export interface Departure {
  readonly id: string
  readonly source: string
  readonly path: string
  /** Milliseconds since 1970, at the start of the hour in which the record was read. */
  readonly hour: number
  readonly as: 'stored' | 'duplicate' | 'filtered' | 'redirected' | 'purged'
  /** Of what is stored: its dataset and the day of its event. */
  readonly dataset?: string
  readonly day?: number
}

/** The atomic record of progress. */
export interface ProgressRecord {
  /** Counts up with each record of a journal: one that comes back after a failed write is not counted twice. */
  readonly seq?: number
  /** Generation → offset up to which everything is accounted for. */
  readonly checkpoints: Readonly<Record<string, number>>
  readonly ledger: readonly LedgerDelta[]
  /** Dataset → earliest event time stored, so that windows already judged are judged again. */
  readonly earliest: Readonly<Record<string, number>>
  /** Events stored, by dataset and day: what retention may have removed is known by them. */
  readonly days?: DayCounts
  /** Dead letters that are about to leave the queue. Told twice, because a crash came before they did, each counts once. */
  readonly departures?: readonly Departure[]
  /** Ids of departures whose letters are gone: they need not be remembered any more. */
  readonly departed?: readonly string[]
  /** Of a snapshot: departures that are counted already, by id. */
  readonly departing?: Readonly<Record<string, Departure['as']>>
  /** Bytes stated lost, and those of them that a file was found for. */
  readonly lost?: readonly LostSpan[]
  readonly regained?: readonly Span[]
  /** Generations whose checkpoint was set back → where it was. What the store holds before that is read again, and a duplicate. */
  readonly rewound?: Readonly<Record<string, number>>
  /** Generations that are forgotten → records of them that the store was found to hold or to have removed. */
  readonly retired?: Readonly<Record<string, number>>
  /** Of a snapshot: all such records. */
  readonly retiredRecords?: number
  /** Of files that several machines read: which of them does from here on. */
  readonly tenure?: string
  /** Of a snapshot: see `ProgressState.ended`. */
  readonly ended?: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Of a snapshot: records stored in hours that the ledger no longer lists. */
  readonly forgotten?: number
  /** Of a snapshot: dataset → earliest event time ever stored. */
  readonly oldest?: Readonly<Record<string, number>>
}

/** What the progress records add up to: where to resume, and the account of every record. */
export interface ProgressState {
  readonly checkpoints: Map<string, number>
  /** By source, path and hour. */
  readonly ledger: Map<string, LedgerDelta>
  /** Dataset → earliest event time stored since the rules last looked. */
  readonly late: Map<string, number>
  /** Dataset → earliest event time ever stored. */
  readonly oldest: Map<string, number>
  readonly days: EventDays
  /** Departures counted whose letters may still be in the queue: what each is counted as. */
  readonly departing: Map<string, Departure['as']>
  /** Bytes stated lost, which no file was found for since. */
  lost: readonly LostSpan[]
  /** Generations read again → the checkpoint they had before. */
  readonly rewound: Map<string, number>
  /** Records that the store held of generations which are forgotten. */
  retiredRecords: number
  /** Of the last record applied. */
  seq: number
  /** Records stored in hours that the ledger no longer lists. */
  forgotten: number
  /** Of files that several machines read: which of them does. */
  tenure: string | undefined
  /** Those that did before → the checkpoints when the next began: what they keep of records behind these is void. */
  readonly ended: Map<string, Readonly<Record<string, number>>>
}

export const createProgressState = (): ProgressState => ({
  checkpoints: new Map(),
  ledger: new Map(),
  late: new Map(),
  oldest: new Map(),
  days: new Map(),
  departing: new Map(),
  lost: [],
  rewound: new Map(),
  retiredRecords: 0,
  seq: 0,
  forgotten: 0,
  tenure: undefined,
  ended: new Map(),
})

const counts = [
  'read',
  'stored',
  'duplicate',
  'filtered',
  'deadLettered',
  'redirected',
  'purged',
  'lost',
  'bytes',
  'adrift',
] as const

/** Of a row in the ledger. */
export const rowKey = ({ source, path, hour }: Pick<LedgerDelta, 'source' | 'path' | 'hour'>): string =>
  JSON.stringify([source, path, hour])

const add = (a: LedgerDelta, b: LedgerDelta): LedgerDelta => {
  const sum: Record<string, unknown> = { ...a }
  for (const name of counts) if (name in a || name in b) sum[name] = (a[name] ?? 0) + (b[name] ?? 0)
  return sum as unknown as LedgerDelta
}

/** Counts `by` letters of a row as departed. What is purged remains dead-lettered. */
const departed = (row: LedgerDelta, as: Departure['as'], by: 1 | -1): LedgerDelta => ({
  ...row,
  [as]: (row[as] ?? 0) + by,
  deadLettered: row.deadLettered - (as === 'purged' ? 0 : by),
})

const depart = (state: ProgressState, { id, as, dataset = '', day = unknownDay, ...where }: Departure): void => {
  const before = state.departing.get(id)
  if (before === as) return
  state.departing.set(id, as)
  const row = state.ledger.get(rowKey(where))
  if (as === 'stored') addDays(state.days, { [dataset]: { [day]: 1 } })
  // Of an hour that the ledger no longer lists only what was stored is remembered.
  if (row === undefined) state.forgotten += Number(as === 'stored') - Number(before === 'stored')
  else state.ledger.set(rowKey(where), departed(before === undefined ? row : departed(row, before, -1), as, 1))
}

export const applyProgress = (state: ProgressState, record: ProgressRecord): void => {
  if (record.seq !== undefined && record.seq > 0 && record.seq <= state.seq) return
  state.seq = record.seq ?? state.seq
  state.forgotten += record.forgotten ?? 0
  for (const [key, offset] of Object.entries(record.checkpoints)) state.checkpoints.set(key, offset)
  for (const [key, top] of Object.entries(record.rewound ?? {}))
    state.rewound.set(key, Math.max(top, state.rewound.get(key) ?? 0))
  for (const [key, top] of state.rewound) if ((state.checkpoints.get(key) ?? 0) >= top) state.rewound.delete(key)
  for (const [key, records] of Object.entries(record.retired ?? {})) {
    state.checkpoints.delete(key)
    state.rewound.delete(key)
    state.retiredRecords += records
  }
  state.retiredRecords += record.retiredRecords ?? 0
  for (const [tenure, checkpoints] of Object.entries(record.ended ?? {})) state.ended.set(tenure, checkpoints)
  if (record.tenure !== undefined) beginTenure(state, record.tenure)
  if (record.lost !== undefined) state.lost = [...state.lost, ...record.lost]
  for (const span of record.regained ?? []) state.lost = without(state.lost, span)
  for (const delta of record.ledger) {
    const key = rowKey(delta)
    const before = state.ledger.get(key)
    state.ledger.set(key, before === undefined ? delta : add(before, delta))
  }
  addDays(state.days, record.days ?? {})
  for (const departure of record.departures ?? []) depart(state, departure)
  for (const [id, as] of Object.entries(record.departing ?? {})) state.departing.set(id, as)
  for (const id of record.departed ?? []) state.departing.delete(id)
  lower(state.late, record.earliest)
  lower(state.oldest, record.earliest)
  lower(state.oldest, record.oldest ?? {})
}

/** Machines that read in turn; of more it is not remembered where they ended. */
const mostEnded = 64

const beginTenure = (state: ProgressState, tenure: string): void => {
  if (state.tenure !== undefined && state.tenure !== tenure)
    state.ended.set(state.tenure, Object.fromEntries(state.checkpoints))
  state.ended.delete(tenure)
  state.tenure = tenure
  for (const one of state.ended.keys()) {
    if (state.ended.size <= mostEnded) break
    state.ended.delete(one)
  }
}

/** Behind these checkpoints nothing counts of what one that read before keeps. */
export const endOfTenure = ({ checkpoints, ended }: ProgressState, tenure: string): ReadonlyMap<string, number> => {
  const then = ended.get(tenure)
  return then === undefined ? checkpoints : new Map(Object.entries(then))
}

const lower = (times: Map<string, number>, by: Readonly<Record<string, number>>): void => {
  for (const [dataset, time] of Object.entries(by)) times.set(dataset, Math.min(times.get(dataset) ?? time, time))
}

/** One record that stands for all before it. Ledger rows older than `keepFrom` are dropped, of the state too. */
export const snapshotProgress = (state: ProgressState, keepFrom: number): ProgressRecord => {
  for (const [key, { hour, stored }] of state.ledger) {
    if (hour >= keepFrom) continue
    state.ledger.delete(key)
    state.forgotten += stored
  }
  state.lost = state.lost.filter(({ at }) => at >= keepFrom)
  return {
    seq: state.seq,
    ...(state.lost.length === 0 ? {} : { lost: state.lost }),
    ...(state.rewound.size === 0 ? {} : { rewound: Object.fromEntries(state.rewound) }),
    ...(state.retiredRecords === 0 ? {} : { retiredRecords: state.retiredRecords }),
    ...(state.tenure === undefined ? {} : { tenure: state.tenure }),
    ...(state.ended.size === 0 ? {} : { ended: Object.fromEntries(state.ended) }),
    checkpoints: Object.fromEntries(state.checkpoints),
    ledger: [...state.ledger.values()],
    earliest: Object.fromEntries(state.late),
    forgotten: state.forgotten,
    oldest: Object.fromEntries(state.oldest),
    ...(state.days.size === 0 ? {} : { days: dayCounts(state.days) }),
    ...(state.departing.size === 0 ? {} : { departing: Object.fromEntries(state.departing) }),
  }
}
