import { type Journal, type OpenJournal, openJournal } from '../durable/journal.ts'
import type { Alert, Transition } from './alert.ts'
import { freshState, type RuleState } from './state.ts'

/** A change and who is still to be told of it. */
export interface Pending {
  readonly transition: Transition
  readonly left: readonly string[]
}

type BookRecord =
  | {
      readonly kind: 'step'
      readonly rule: string
      readonly state: RuleState
      readonly ended: readonly Alert[]
      readonly pending: readonly Pending[]
    }
  | { readonly kind: 'told'; readonly id: string; readonly notifier: string }
  | { readonly kind: 'forget'; readonly rule: string }
  | {
      readonly kind: 'all'
      readonly rules: readonly (readonly [string, RuleState])[]
      readonly ended: readonly Alert[]
      readonly pending: readonly Pending[]
    }

/** Ended alerts kept: this many, the newest. */
const mostEnded = 5000

/** The durable memory of rules and alerts. What a rule found and whom to tell is one record: neither is there without the other. */
export interface AlertBook {
  state(rule: string): RuleState
  readonly rules: readonly string[]
  /** Oldest first. */
  readonly ended: readonly Alert[]
  readonly pending: readonly Pending[]
  /** Firing first, then ended ones, newest first. */
  alerts(): readonly Alert[]
  /** Resolves once it is on disk. */
  record(rule: string, state: RuleState, ended: readonly Alert[], pending: readonly Pending[]): Promise<void>
  told(id: string, notifier: string): Promise<void>
  /** A rule that is no more. */
  forget(rule: string): Promise<void>
  close(): Promise<void>
}

/** With `readOnly` nothing is changed on disk, where a service may be writing. */
export const openAlertBook = async (
  directory: string,
  report: (text: string) => void,
  {
    readOnly = false,
    open = (options) => openJournal(directory, options),
  }: {
    readonly readOnly?: boolean
    /** Elsewhere than in the directory. */
    readonly open?: OpenJournal | undefined
  } = {},
): Promise<AlertBook> => {
  const rules = new Map<string, RuleState>()
  let ended: Alert[] = []
  let pending: Pending[] = []

  const apply = (record: BookRecord): void => {
    switch (record.kind) {
      case 'step':
        rules.set(record.rule, record.state)
        ended = [...ended, ...record.ended].slice(-mostEnded)
        pending = [...pending, ...record.pending]
        return
      case 'told':
        pending = pending.flatMap((one) => {
          if (one.transition.id !== record.id) return [one]
          const left = one.left.filter((name) => name !== record.notifier)
          return left.length === 0 ? [] : [{ ...one, left }]
        })
        return
      case 'forget':
        rules.delete(record.rule)
        return
      case 'all':
        rules.clear()
        for (const [name, state] of record.rules) rules.set(name, state)
        ended = [...record.ended]
        pending = [...record.pending]
    }
  }

  const journal: Journal = await open({
    apply: (record) => apply(record as BookRecord),
    snapshot: () => ({ kind: 'all', rules: [...rules], ended, pending }) satisfies BookRecord,
    report,
    readOnly,
  })
  const append = (record: BookRecord): Promise<void> => journal.append(record)
  return {
    state: (rule) => rules.get(rule) ?? freshState,
    get rules() {
      return [...rules.keys()]
    },
    get ended() {
      return ended
    },
    get pending() {
      return pending
    },
    alerts: () => [
      ...[...rules.values()].flatMap(({ firing, unjudged }) =>
        unjudged === undefined ? firing : [...firing, unjudged],
      ),
      ...ended.toReversed(),
    ],
    record: (rule, state, done, left) =>
      append({ kind: 'step', rule, state, ended: done, pending: left.filter(({ left: names }) => names.length > 0) }),
    told: (id, notifier) => append({ kind: 'told', id, notifier }),
    forget: (rule) => append({ kind: 'forget', rule }),
    close: () => journal.close(),
  }
}
