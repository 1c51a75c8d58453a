import type { Transition } from './alert.ts'
import type { AlertBook, Pending } from './book.ts'

export type Deliver = (transition: Transition, signal: AbortSignal) => Promise<void>

/** Tells each notifier of each change, in order, once: that it was told is journaled before the next is begun. */
export interface Delivery {
  /** Whom a change is for. */
  plan(transition: Transition): Pending
  /** Tries all that is left. A notifier that fails is left alone until the next call; the others go on. */
  tell(): Promise<void>
  settled(): Promise<void>
}

export const createDelivery = (
  book: AlertBook,
  notifiers: ReadonlyMap<string, Deliver>,
  report: (text: string) => void,
  signal: AbortSignal,
): Delivery => {
  let work: Promise<void> = Promise.resolve()
  const failing = new Set<string>()

  const tellOne = async (name: string, { transition }: Pending): Promise<boolean> => {
    const deliver = notifiers.get(name)
    try {
      await deliver?.(transition, signal)
    } catch (error) {
      if (signal.aborted) return false
      if (!failing.has(name)) report(`notifier '${name}' failed and is tried again: ${String(error)}`)
      failing.add(name)
      return false
    }
    failing.delete(name)
    await book.told(transition.id, name)
    return true
  }

  const round = async (): Promise<void> => {
    const names = new Set(book.pending.flatMap(({ left }) => left))
    for (const name of names) {
      for (const one of book.pending.filter(({ left }) => left.includes(name))) {
        if (signal.aborted || !(await tellOne(name, one))) break
      }
    }
  }
  return {
    plan: (transition) => ({
      transition,
      left: transition.notify?.filter((name) => notifiers.has(name)) ?? [...notifiers.keys()],
    }),
    tell() {
      const done = work.then(round)
      work = done.catch(() => {})
      return done
    },
    settled: () => work,
  }
}
