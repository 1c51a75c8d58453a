import { type ScheduledTask, schedule } from 'node-cron'
import type { OpenJournal } from '../durable/journal.ts'
import type { LedgerRow } from '../store/ledger-rows.ts'
import type { Store } from '../store/store.ts'
import { quiet } from '../telemetry/quiet.ts'
import { createAccountWatch } from './account.ts'
import type { Alert, RuleStatus, WindowVerdict } from './alert.ts'
import { openAlertBook } from './book.ts'
import type { CompiledRule, RuleContext } from './compile.ts'
import { createDelivery, type Deliver } from './delivery.ts'
import { createJudge } from './judge.ts'
import { titleOf } from './rule.ts'
import { createWatch } from './watch.ts'

export interface SchedulerOptions {
  /** Of `compileRules`. */
  readonly rules: readonly CompiledRule[]
  readonly store: Pick<Store, 'aggregate' | 'search' | 'refresh'>
  /** Undefined: all. */
  readonly namespace?: string
  readonly context: Pick<RuleContext, 'fieldOf' | 'timezone'>
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /**
   * Milliseconds since 1970 up to which everything that can become records of these datasets is accounted for;
   * undefined or -Infinity: not known (yet).
   */
  readonly position: (datasets: readonly string[]) => number | undefined
  /** Dataset → earliest event time stored since this was last called; forgets it. */
  readonly takeLate: () => ReadonlyMap<string, number>
  /** Directory of the journal: `data/state/alerts`. */
  readonly directory: string
  /** Where the journal is kept instead. */
  readonly journal?: OpenJournal | undefined
  /** Who is told of changes, by name. Must not return before the change is safe with it; what throws is asked again. */
  readonly notifiers: ReadonlyMap<string, Deliver>
  /** The ledger; that it balances is watched like a rule. */
  readonly account?: () => readonly LedgerRow[] | Promise<readonly LedgerRow[]>
  readonly onVerdict?: (rule: string, verdict: WindowVerdict['verdict']) => void
  /** A sentence for the operator. Told once a trouble. */
  readonly report: (text: string) => void
  /** How long a window waits for its records before the verdict is `behind`. Default 10 min. */
  readonly maxWait?: number
  /** Windows that ended longer ago are recorded, and nobody is told. Default 6 h. */
  readonly notifyWithin?: number
  /** Windows that ended longer ago are not judged any more, and that is said. Default 31 days. */
  readonly judgeWithin?: number
  /** How far back late records make windows judged again. Default 24 h. */
  readonly lateWithin?: number
  /** How far back a rule looks that was never judged. Default 1 h. */
  readonly firstLook?: number
  /** Default 20. */
  readonly mostPerHour?: number
}

export interface Scheduler {
  /** Judges on schedule from now on, the first time at once. */
  start(): Promise<void>
  /** Ends what is under way, waits for it and for the journal. */
  stop(): Promise<void>
  /** One look at every rule (or one), now: what the schedule does. Never throws for a rule or a notifier. */
  look(rule?: string): Promise<void>
  /** Judges a stretch of the past; changes nothing. Whole windows from the one `since` lies in to the one `until` does. */
  evaluateRange(rule: CompiledRule, since: number, until: number, signal: AbortSignal): AsyncGenerator<WindowVerdict>
  /**
   * Judges every rule by event time: from where it got to (else its first record) up to `until`, at most to its last
   * record, the unfinished window too; then tells. Throws what the store throws.
   */
  evaluateOnce(until?: number): Promise<void>
  /** Firing first, then ended ones, newest first. */
  alerts(): readonly Alert[]
  status(): readonly RuleStatus[]
  /** Changes that someone is still to be told of. */
  readonly undelivered: number
}

export const createScheduler = async (options: SchedulerOptions): Promise<Scheduler> => {
  const { rules, report, clock } = options
  const book = await openAlertBook(options.directory, report, { open: options.journal })
  const judge = createJudge({
    store: options.store,
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    ...options.context,
  })
  const stopping = new AbortController()
  const delivery = createDelivery(book, options.notifiers, report, stopping.signal)
  const account = createAccountWatch(options.account ?? (() => []), book, delivery.plan, clock)
  const watch = createWatch(options, book, judge, delivery.plan, stopping.signal)
  const tasks: ScheduledTask[] = []
  const underWay = new Set<Promise<void>>()

  const track = (work: Promise<void>): Promise<void> => {
    underWay.add(work)
    return work.finally(() => underWay.delete(work))
  }
  const lookAtAccount = async (): Promise<void> => {
    await account.look()
    await delivery.tell()
  }
  const look = async (only?: string): Promise<void> => {
    watch.takeLate()
    for (const one of rules) if (only === undefined || one.rule.name === only) await watch.look(one)
    await delivery.tell()
  }
  const safely = (work: () => Promise<void>): Promise<void> =>
    track(
      work().catch((error: unknown) => {
        if (!stopping.signal.aborted) report(`rules could not be looked at: ${String(error)}`)
      }),
    )

  await watch.retire()
  return {
    async start() {
      for (const one of rules)
        tasks.push(
          schedule(one.schedule, () => safely(() => look(one.rule.name)), {
            timezone: options.context.timezone,
            noOverlap: true,
            suppressMissedWarning: true,
            name: one.rule.name,
            logger: quiet,
          }),
        )
      tasks.push(
        schedule('* * * * *', () => safely(lookAtAccount), {
          noOverlap: true,
          suppressMissedWarning: true,
          logger: quiet,
        }),
      )
      await safely(lookAtAccount)
      await safely(() => look())
    },
    async stop() {
      stopping.abort()
      await Promise.all(tasks.map(async (task) => task.destroy()))
      await Promise.allSettled(underWay)
      await watch.settled()
      await delivery.settled()
      await book.close()
    },
    look: (only) => safely(() => look(only)),
    evaluateRange(one, since, until, signal) {
      const from = since - (since % one.over)
      const to = Math.ceil(until / one.over) * one.over
      return judge.judge(one, from, to, { complete: Math.min(clock(), until), signal })
    },
    evaluateOnce: (until) =>
      track(
        (async () => {
          watch.takeLate()
          for (const one of rules) await watch.once(one, until)
          await lookAtAccount()
        })(),
      ),
    alerts: () => book.alerts(),
    status: () =>
      rules.map(({ rule }) => {
        const state = book.state(rule.name)
        return {
          rule: rule.name,
          title: titleOf(rule),
          severity: rule.severity,
          judgedTo: state.judgedTo,
          last: state.last,
          trouble: watch.troubleOf(rule.name),
          firing: state.firing.length,
        }
      }),
    get undelivered() {
      return book.pending.length
    },
  }
}
