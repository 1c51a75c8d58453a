import type { LostSpan, Span } from './ledger.ts'

/** The parts of `spans` that lie in `span`. */
export const within = (spans: readonly LostSpan[], { key, from, to }: Span): LostSpan[] =>
  spans
    .filter((one) => one.key === key && one.from < to && one.to > from)
    .map((one) => ({ ...one, from: Math.max(one.from, from), to: Math.min(one.to, to) }))

/** `spans` without what lies in `span`. */
export const without = (spans: readonly LostSpan[], { key, from, to }: Span): LostSpan[] =>
  spans.flatMap((one) => {
    if (one.key !== key || one.from >= to || one.to <= from) return [one]
    const before = { ...one, to: from }
    const after = { ...one, from: to }
    return [before, after].filter((part) => part.from < part.to)
  })

/** The parts of `span` that none of `spans` states: after a crash the same is stated again. */
export const unstated = (spans: readonly LostSpan[], span: LostSpan): LostSpan[] =>
  spans.reduce<LostSpan[]>((left, stated) => without(left, stated), [span])
