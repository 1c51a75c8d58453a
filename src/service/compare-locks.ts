import { nearest } from '../query/nearest.ts'
import { type FieldsLock, type LockedFields, type LockPart, lockParts } from './fields-lock.ts'

/** What no longer is as the lock has it. */
export interface Broken {
  readonly part: LockPart
  /** Dataset or envelope. */
  readonly of: string
  /** Undefined: all of it is gone. */
  readonly field?: string
  /** Type in the lock. */
  readonly was?: string
  /** Type now; undefined: it is gone. */
  readonly now?: string
  /** A new field of its type, or a new dataset of its fields, that it may have been renamed to. */
  readonly renamed?: string
}

export interface Compared {
  readonly broken: readonly Broken[]
  /** `nginx.access: http.version, user.id`, or the name of a whole dataset or envelope. Nothing breaks by them. */
  readonly added: readonly string[]
}

/** A dataset that shares this share of another's fields may be it under another name. */
const alike = 0.8

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

/** The new field that a gone one became, as far as its name tells: it ends alike, or is spelt alike. */
export const successorOf = (gone: string, candidates: readonly string[]): string | undefined =>
  candidates.find((name) => lastPart(name) === lastPart(gone)) ?? nearest(gone, candidates)

const compareFields = (part: LockPart, of: string, before: LockedFields, after: LockedFields): Compared => {
  const gone = [...before].filter(([name]) => !after.has(name))
  const fresh = new Map([...after].filter(([name]) => !before.has(name)))
  const taken = new Set<string>()
  const broken = gone.map(([field, was]): Broken => {
    const candidates = [...fresh].flatMap(([name, type]) => (type === was && !taken.has(name) ? [name] : []))
    const isAlone = candidates.length === 1 && gone.filter(([, type]) => type === was).length === 1
    const renamed = successorOf(field, candidates) ?? (isAlone ? candidates[0] : undefined)
    if (renamed !== undefined) taken.add(renamed)
    return { part, of, field, was, ...(renamed === undefined ? {} : { renamed }) }
  })
  for (const [field, was] of before) {
    const now = after.get(field)
    if (now !== undefined && now !== was) broken.push({ part, of, field, was, now })
  }
  return { broken, added: fresh.size === 0 ? [] : [`${of}: ${[...fresh.keys()].join(', ')}`] }
}

const shared = (a: LockedFields, b: LockedFields): number =>
  [...a].filter(([name, type]) => b.get(name) === type).length / Math.max(a.size, b.size, 1)

const comparePart = (part: LockPart, before: FieldsLock, after: FieldsLock): Compared => {
  const fresh = [...after[part]].filter(([name]) => !before[part].has(name))
  const compared = [...before[part]].map(([of, held]): Compared => {
    const now = after[part].get(of)
    if (now !== undefined) return compareFields(part, of, held, now)
    const [renamed] = fresh.find(([, other]) => shared(held, other) >= alike) ?? []
    return { broken: [{ part, of, ...(renamed === undefined ? {} : { renamed }) }], added: [] }
  })
  return {
    broken: compared.flatMap(({ broken }) => broken),
    added: [...compared.flatMap(({ added }) => added), ...fresh.map(([name]) => name)],
  }
}

/** What of `before` does not hold in `after`, and what is new there. */
export const compareLocks = (before: FieldsLock, after: FieldsLock): Compared => {
  const parts = lockParts.map((part) => comparePart(part, before, after))
  return { broken: parts.flatMap(({ broken }) => broken), added: parts.flatMap(({ added }) => added) }
}
