import { shorten } from '../event/shorten.ts'
import { shown } from './align.ts'
import { isSoft } from './is-value.ts'
import { lexemes } from './lexeme.ts'
import { mergeGroups } from './merge.ts'
import { gap, skeleton } from './skeleton.ts'

/** What is remembered of a template, across restarts too. Plain JSON. */
export interface TemplateRecord {
  readonly dataset: string
  /** Never changes, whatever becomes of the text. */
  readonly id: string
  /** As a person reads it, `<*>` where values stand. */
  readonly text: string
  readonly tokens: readonly string[]
  /** When its first message was read, in milliseconds. */
  readonly first: number
  /** The record that was: key of its generation, and offset. */
  readonly key: string
  readonly offset: number
  /** The template it turned out to be of: what was given this id before is of that one. */
  readonly into?: string
  /** Forgotten, because there are too many. */
  readonly gone?: true
}

/** Where a message was read. */
export interface Place {
  readonly key: string
  readonly offset: number
  readonly now: number
}

export interface KnownTemplate {
  readonly record: TemplateRecord
  /** Messages counted since it was learned or restored. */
  lines: number
}

interface Entry extends KnownTemplate {
  record: TemplateRecord
  into: Entry | undefined
  /** Number of the message that used it last. */
  used: number
}

export interface TemplateBookOptions {
  /** Makes an id of what tells a template when it is first seen. */
  readonly idOf: (text: string) => string
  /** Told of what is new or has changed. */
  readonly learned: (record: TemplateRecord) => void
  /** Templates kept, and as many that turned out to be others. */
  readonly most?: number
}

export interface TemplateBook {
  /**
   * The template of a message, its first line given; learned where it is none that is known. Undefined: more that is new comes
   * than can be learned, as in an attack.
   */
  of(line: string, place: Place): KnownTemplate | undefined
  /** What has become of a template that `of` gave before; undefined: it was forgotten. */
  now(known: KnownTemplate): KnownTemplate | undefined
  /** What is remembered, before the first message. */
  restore(records: Iterable<TemplateRecord>): void
}

/** Pieces of a message that are looked at. */
const mostTokens = 128
/** Templates that a new one is held against at once. */
const mostNear = 24
/**
 * What learning may cost, in about microseconds: so much for each message, and so much saved up at most. Beyond it what is new is
 * not learned, or not held against what is there.
 */
const effortEach = 10
const effortMost = 100_000
const effortOf = (templates: number, tokens: number): number =>
  0.7 * templates * tokens * (tokens > pairedLength ? 1 : tokens)
const effortNew = 60
/** Templates looked at to find one to forget. */
const candidates = 8
/** Two at a time places are looked at in messages this long, as `mergeGroups` does. */
const pairedLength = 40

const isQuote = (token: string): boolean => token === '"' || token === "'" || token === '`'

/** What may be constant of a message. What is quoted is a value at once: there is no other line to compare with. */
const tokensOf = (line: string): readonly string[] => {
  const all = skeleton(lexemes(line))
  const out: string[] = []
  for (let i = 0; i < all.length && out.length < mostTokens; i++) {
    const token = all[i]!
    out.push(token)
    if (!isQuote(token)) continue
    const close = all.indexOf(token, i + 1)
    if (close <= i + 1) continue
    out.push(gap, token)
    i = close
  }
  return out
}

const fits = (template: readonly string[], tokens: readonly string[]): boolean => {
  for (let i = 0; i < template.length; i++) if (template[i] !== tokens[i] && template[i] !== gap) return false
  return true
}

const gapsOf = (tokens: readonly string[]): number => tokens.filter((token) => token === gap).length
const saysMore = (a: TemplateRecord, b: TemplateRecord): boolean => {
  const more = gapsOf(b.tokens) - gapsOf(a.tokens) || b.first - a.first
  return more === 0 ? a.id < b.id : more > 0
}

/** In how many places they differ, three at most, without those that are left out. */
const distance = (a: readonly string[], b: readonly string[], without?: readonly boolean[]): number => {
  let differ = 0
  for (let i = 0; i < a.length && differ < 3; i++) if (a[i] !== b[i] && without?.[i] !== true) differ++
  return differ
}

/**
 * Learns the templates of a dataset's messages as they come, with bounded memory and time. A template's id is made of what it is
 * when it is first seen, and stays when it turns out that a word of it was a value. Of two that turn out to be one the older
 * keeps its id, and the other is remembered to be of it. Too many templates: the one used least and longest ago is forgotten; its
 * next message makes it anew, under the same id.
 */
export const createTemplateBook = (dataset: string, options: TemplateBookOptions): TemplateBook => {
  const { idOf, learned, most = 1000 } = options
  /** Those that stand, and those that turned out to be others; those looked at longest ago first. */
  const standing = new Map<string, Entry>()
  const others = new Map<string, Entry>()
  /** Those that stand, by the number of their tokens. */
  const buckets = new Map<number, Set<Entry>>()
  let messages = 0
  let effort = effortMost

  const bucketOf = (tokens: readonly string[]): Set<Entry> => {
    let bucket = buckets.get(tokens.length)
    if (bucket === undefined) buckets.set(tokens.length, (bucket = new Set()))
    return bucket
  }
  /** The one that says most of a message, of several the oldest: a restart, and what is learned later, do not change which. */
  const fitting = (tokens: readonly string[]): Entry | undefined => {
    let found: Entry | undefined
    for (const entry of bucketOf(tokens))
      if (fits(entry.record.tokens, tokens) && (found === undefined || saysMore(entry.record, found.record)))
        found = entry
    return found
  }
  const stand = (entry: Entry): void => {
    standing.set(entry.record.id, entry)
    bucketOf(entry.record.tokens).add(entry)
  }
  const fall = (entry: Entry): void => {
    standing.delete(entry.record.id)
    const bucket = bucketOf(entry.record.tokens)
    bucket.delete(entry)
    if (bucket.size === 0) buckets.delete(entry.record.tokens.length)
  }
  const change = (entry: Entry, to: Partial<TemplateRecord>): void => {
    entry.record = { ...entry.record, ...to }
    learned(entry.record)
  }
  const last = (entry: Entry): Entry => {
    let at = entry
    while (at.into !== undefined) at = at.into
    return at
  }
  const isStanding = (entry: Entry): boolean => standing.get(entry.record.id) === entry
  /** The one least used of those not looked at for longest: they get another turn behind all others. */
  const leastUsed = (except: Entry): Entry => {
    const looked: Entry[] = []
    for (const entry of standing.values()) {
      if (looked.length === candidates) break
      if (entry !== except) looked.push(entry)
    }
    const least = looked.reduce((a, b) => (b.lines < a.lines || (b.lines === a.lines && b.used < a.used) ? b : a))
    for (const entry of looked) {
      standing.delete(entry.record.id)
      standing.set(entry.record.id, entry)
    }
    return least
  }
  const makeRoom = (except: Entry): void => {
    if (standing.size > most) {
      const least = leastUsed(except)
      fall(least)
      change(least, { gone: true })
    }
  }
  const makeOther = (entry: Entry, one: Entry): void => {
    entry.into = one
    one.lines += entry.lines
    others.set(entry.record.id, entry)
    change(entry, { into: one.record.id })
    const [first] = others.values()
    if (others.size <= most) return
    others.delete(first!.record.id)
    change(first!, { gone: true })
  }

  const oldestOf = (alike: readonly Entry[]): Entry =>
    alike.reduce((a, b) =>
      b.record.first < a.record.first || (b.record.first === a.record.first && b.lines > a.lines) ? b : a,
    )

  /**
   * They are one from now on, of these tokens. One that is fresh was never told of, and need not be where its next message fits
   * these: values side by side are one, and then it has more tokens.
   */
  const unite = (alike: readonly Entry[], tokens: readonly string[], fresh: Entry, line: string): void => {
    for (const entry of alike) fall(entry)
    // Without its values it may be one that stands already.
    const same = [...bucketOf(tokens)].find(({ record }) => distance(record.tokens, tokens) === 0)
    if (same !== undefined) fall(same)
    const all = same === undefined ? alike : [...alike, same]
    const one = oldestOf(all)
    for (const other of all) {
      if (other === one) continue
      if (other === fresh && other.record.tokens.length === tokens.length) other.into = one
      else makeOther(other, one)
    }
    change(one, { tokens, text: textOf(tokens, line) })
    stand(one)
  }
  const compare = (entry: Entry, line: string): void => {
    const { tokens } = entry.record
    const soft = tokens.map((_, i) => isSoft(tokens, i))
    const near: Entry[] = []
    for (const other of bucketOf(tokens)) {
      if (near.length + 1 === mostNear) break
      if (other !== entry && distance(other.record.tokens, tokens, soft) < 3) near.push(other)
    }
    near.push(entry)
    const cost = effortOf(near.length, tokens.length)
    if (near.length === 1 || cost > effort) return
    effort -= cost
    const groups = near.map(({ record, lines }, i) => ({ tokens: record.tokens, members: [i], lines }))
    for (const { tokens: joint, members } of mergeGroups(groups))
      if (members.length > 1)
        unite(
          members.map((i) => near[i]!),
          joint,
          entry,
          line,
        )
  }

  return {
    of(line, { key, offset, now }) {
      messages++
      effort = Math.min(effort + effortEach, effortMost)
      const tokens = tokensOf(line)
      const found = fitting(tokens)
      if (found !== undefined) {
        found.used = messages
        return found
      }
      const id = idOf(`${dataset}\n${tokens.join(' ')}`)
      const before = standing.get(id) ?? others.get(id)
      if (before !== undefined && isStanding(last(before))) {
        last(before).used = messages
        return last(before)
      }
      if (effort < effortNew) return undefined
      effort -= effortNew
      others.delete(id)
      const record = { dataset, id, text: textOf(tokens, line), tokens, first: now, key, offset }
      const entry: Entry = { record, lines: 0, into: undefined, used: messages }
      stand(entry)
      makeRoom(entry)
      compare(entry, line)
      if (entry.into === undefined) learned(entry.record)
      return last(entry)
    },
    now(known) {
      const found = last(known as Entry)
      return isStanding(found) ? found : undefined
    },
    restore(records) {
      for (const record of records) {
        // More lines than what is seen once in an attack.
        const entry: Entry = { record, lines: 2, into: undefined, used: 0 }
        if (record.into === undefined) stand(entry)
        else others.set(record.id, entry)
      }
      for (const [id, entry] of others) {
        entry.into = standing.get(entry.record.into!) ?? others.get(entry.record.into!)
        if (entry.into === undefined) others.delete(id)
      }
    },
  }
}

const mostText = 1000
const textOf = (tokens: readonly string[], line: string): string =>
  shorten(shown(tokens, line, lexemes(line)), mostText)
