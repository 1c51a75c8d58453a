import { everything } from '../query/tree.ts'
import type { Store } from '../store/store.ts'
import { accountRule } from './account.ts'
import type { Transition, WindowVerdict } from './alert.ts'
import type { AlertBook, Pending } from './book.ts'
import type { CompiledRule } from './compile.ts'
import type { Judge } from './judge.ts'
import type { SchedulerOptions } from './schedule.ts'
import { type RuleState, step } from './state.ts'
import { notJudged, retired } from './unjudged.ts'

const hourMs = 3_600_000
const dayMs = 86_400_000
/** Windows judged before what was found is journaled, when nothing was found. */
const quietWindows = 100
const longestLook = 300_000

/** Decides which windows are due, has them judged, and keeps what was found. */
export interface Watch {
  /** Remembers which rules have to look again at windows that records came late for. */
  takeLate(): void
  /** Never throws; a look at a rule waits for the one before it. */
  look(compiled: CompiledRule): Promise<void>
  once(compiled: CompiledRule, until: number | undefined): Promise<void>
  /** Ends the alerts of rules that are no more. */
  retire(): Promise<void>
  troubleOf(rule: string): string | undefined
  settled(): Promise<void>
}

interface Trouble {
  readonly kind: 'behind' | 'failed'
  readonly text: string
  readonly since: number
}

export const createWatch = (
  options: SchedulerOptions,
  book: AlertBook,
  judge: Judge,
  plan: (transition: Transition) => Pending,
  stopping: AbortSignal,
): Watch => {
  const { rules, clock, report, store } = options
  const maxWait = options.maxWait ?? 600_000
  const startedAt = clock()
  const late = new Map<string, number>()
  const troubles = new Map<string, Trouble>()
  const locks = new Map<string, Promise<void>>()

  const locked = (name: string, work: () => Promise<void>): Promise<void> => {
    const done = (locks.get(name) ?? Promise.resolve()).then(work)
    locks.set(
      name,
      done.catch(() => {}),
    )
    return done
  }

  const keep = (
    name: string,
    state: RuleState,
    ended: RuleState['firing'],
    changes: readonly Transition[],
  ): Promise<void> => book.record(name, state, ended, changes.map(plan))

  /** Judges [from, to) and keeps what it finds. `again`: windows that were judged before. */
  const judgeStretch = async (
    compiled: CompiledRule,
    from: number,
    to: number,
    {
      now,
      complete,
      again,
      signal,
    }: { readonly now: number; readonly complete: number; readonly again: boolean; readonly signal: AbortSignal },
  ): Promise<void> => {
    const { name } = compiled.rule
    let state = book.state(name)
    let waiting = 0
    const apply = async (windows: readonly WindowVerdict[], last: boolean): Promise<void> => {
      const found = step(compiled, state, windows, {
        now,
        at: clock(),
        notifyWithin: options.notifyWithin ?? 6 * hourMs,
        mostPerHour: options.mostPerHour ?? 20,
        ended: book.ended.filter(({ rule }) => rule === name),
        restart: again,
      })
      state = found.state
      if (found.transitions.length + found.ended.length > 0 || ++waiting >= quietWindows || last) {
        await keep(name, state, found.ended, found.transitions)
        waiting = 0
      }
    }
    const before: WindowVerdict[] = []
    const matter = new Set<string>()
    for await (const verdict of judge.judge(compiled, from, to, { complete, signal })) {
      signal.throwIfAborted()
      options.onVerdict?.(name, verdict.verdict)
      if (!again) {
        await apply([verdict], verdict.to >= to)
        continue
      }
      // Of many windows only the groups that were ever wrong are held.
      for (const { key, verdict: one } of verdict.groups) if (one === 'firing') matter.add(key)
      const firing = new Set(state.firing.map(({ id }) => id.slice(name.length + 1)))
      before.push({ ...verdict, groups: verdict.groups.filter(({ key }) => matter.has(key) || firing.has(key)) })
    }
    if (again && before.length > 0) await apply(before, true)
  }

  const rejudge = async (
    compiled: CompiledRule,
    within: number,
    how: { readonly now: number; readonly signal: AbortSignal },
  ): Promise<void> => {
    const { rule, over } = compiled
    const state = book.state(rule.name)
    const marks = [late.get(rule.name) ?? Number.POSITIVE_INFINITY, state.dirtyFrom ?? Number.POSITIVE_INFINITY]
    late.delete(rule.name)
    const dirty = Math.max(Math.min(...marks), state.begun ?? Number.NEGATIVE_INFINITY)
    if (state.judgedTo === undefined || dirty >= state.judgedTo) return
    if (dirty !== state.dirtyFrom) await book.record(rule.name, { ...state, dirtyFrom: dirty }, [], [])
    const oldest = state.judgedTo - within
    if (dirty < oldest)
      report(
        `records came late for rule '${rule.name}', the oldest of ${new Date(dirty).toISOString()}; windows before ${new Date(oldest).toISOString()} are not judged again`,
      )
    const extra = (Math.max(rule.for ?? 1, rule.clearFor ?? 1) - 1) * over
    const first = floor(Math.max(dirty, oldest), over) - extra
    await judgeStretch(compiled, first, state.judgedTo, { ...how, complete: state.judgedTo, again: true })
    const { dirtyFrom: _, ...clean } = book.state(rule.name)
    await book.record(rule.name, clean, [], [])
  }

  const lookAt = async (compiled: CompiledRule): Promise<void> => {
    const { rule, over, allowance } = compiled
    const { name } = rule
    const now = clock()
    if (book.state(name).judgedTo === undefined) {
      const first = floor(now - (options.firstLook ?? hourMs), over)
      await book.record(name, { ...book.state(name), judgedTo: first, begun: first }, [], [])
    }
    let next = floor(book.state(name).judgedTo!, over)
    const oldest = floor(now - (options.judgeWithin ?? 31 * dayMs), over)
    if (next < oldest) {
      report(
        `rule '${name}' was not judged from ${new Date(next).toISOString()} to ${new Date(oldest).toISOString()}: that is too long ago`,
      )
      next = oldest
    }
    const position = Math.min(options.position(rule.datasets) ?? Number.NEGATIVE_INFINITY, now)
    const horizon = floor(position - allowance, over)
    const dirty = late.has(name) || book.state(name).dirtyFrom !== undefined
    if (horizon > next || dirty) {
      const signal = AbortSignal.any([stopping, AbortSignal.timeout(longestLook)])
      await store.refresh(signal)
      await rejudge(compiled, options.lateWithin ?? dayMs, { now, signal })
      if (horizon > next) await judgeStretch(compiled, next, horizon, { now, complete: horizon, again: false, signal })
    }
    const waited = now - Math.max(floor(book.state(name).judgedTo!, over) + over + allowance, startedAt)
    if (waited < maxWait) return calm(name)
    options.onVerdict?.(name, 'behind')
    await complain(
      compiled,
      'behind',
      `records up to ${new Date(next + over).toISOString()} have not all been read yet`,
    )
  }

  const calm = async (name: string): Promise<void> => {
    if (troubles.delete(name)) report(`rule '${name}' is judged again`)
    const { unjudged, ...state } = book.state(name)
    if (unjudged === undefined) return
    const change = notJudged.over(unjudged, clock())
    await keep(name, state, [change.alert], unjudged.announced ? [change] : [])
  }

  const complain = async (compiled: CompiledRule, kind: Trouble['kind'], text: string): Promise<void> => {
    const { name } = compiled.rule
    const now = clock()
    const known = troubles.get(name)
    troubles.set(name, { kind, text, since: known?.since ?? now })
    if (known?.kind !== kind) report(`rule '${name}' is not judged: ${text}`)
    const state = book.state(name)
    const lasting = kind === 'behind' || now - (known?.since ?? now) >= maxWait
    // A rule that was never judged yet waits for the first backlog; that is no news.
    if (!lasting || state.last === undefined || state.unjudged !== undefined) return
    const change = notJudged.begin(compiled.rule, state.judgedTo ?? now, now, text)
    await keep(name, { ...state, unjudged: change.alert }, [], [change])
  }

  return {
    takeLate() {
      for (const [dataset, time] of options.takeLate())
        for (const { rule } of rules)
          if (rule.datasets.includes(dataset)) late.set(rule.name, Math.min(late.get(rule.name) ?? time, time))
    },
    look: (compiled) =>
      locked(compiled.rule.name, async () => {
        try {
          await lookAt(compiled)
        } catch (error) {
          if (stopping.aborted) return
          options.onVerdict?.(compiled.rule.name, 'failed')
          const text = error instanceof Error ? error.message : String(error)
          await complain(compiled, 'failed', text).catch((problem: unknown) =>
            report(`rule '${compiled.rule.name}': its state could not be written: ${String(problem)}`),
          )
        }
      }),
    once: (compiled, until) =>
      locked(compiled.rule.name, async () => {
        const { rule, over } = compiled
        await store.refresh(stopping)
        const newest = await timeOf(options, compiled, true, stopping)
        if (newest === undefined) return
        const end = Math.min(until ?? newest + 1, newest + 1)
        await rejudge(compiled, options.judgeWithin ?? 31 * dayMs, { now: end, signal: stopping })
        const oldest = floor(end - (options.judgeWithin ?? 31 * dayMs), over)
        const first = book.state(rule.name).judgedTo ?? (await timeOf(options, compiled, false, stopping)) ?? end
        if (floor(first, over) < oldest)
          report(`rule '${rule.name}': windows before ${new Date(oldest).toISOString()} are too old to be judged`)
        const from = Math.max(floor(first, over), oldest)
        const to = Math.ceil(end / over) * over
        if (to > from)
          await judgeStretch(compiled, from, to, { now: end, complete: end, again: false, signal: stopping })
      }),
    async retire() {
      const known = new Set([accountRule, ...rules.map(({ rule }) => rule.name)])
      for (const name of book.rules.filter((one) => !known.has(one))) {
        const { firing, unjudged } = book.state(name)
        const changes = [...firing, ...(unjudged === undefined ? [] : [unjudged])].map((alert) =>
          retired(alert, clock()),
        )
        const told = changes.filter(({ alert }) => alert.announced)
        await keep(
          name,
          { ...book.state(name), firing: [] },
          changes.map(({ alert }) => alert),
          told,
        )
        await book.forget(name)
      }
    },
    troubleOf: (name) => troubles.get(name)?.text,
    async settled() {
      await Promise.all(locks.values())
    },
  }
}

const floor = (ms: number, over: number): number => Math.floor(ms / over) * over

/** Event time of the newest (else the oldest) record of a rule's datasets. */
const timeOf = async (
  { store, namespace }: Pick<SchedulerOptions, 'namespace'> & { readonly store: Pick<Store, 'search'> },
  { rule }: CompiledRule,
  newest: boolean,
  signal: AbortSignal,
): Promise<number | undefined> => {
  const search = {
    where: everything,
    datasets: rule.datasets,
    ...(namespace === undefined ? {} : { namespace }),
    sort: [{ field: '@timestamp', descending: newest }],
    limit: 1,
    fields: ['@timestamp'],
  }
  for await (const document of store.search(search, signal)) return Date.parse(String(document['@timestamp']))
  return undefined
}
