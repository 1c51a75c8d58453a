import { statSync } from 'node:fs'
import { nothing } from '../../pipeline/tally.ts'
import { adoption } from '../../source/adopt.ts'
import type { Generation } from '../../source/generation.ts'
import { identityOf, idOf } from '../../source/identity.ts'
import { hourOf, type LedgerDelta, type ProgressRecord } from '../../store/ledger.ts'
import { within } from '../../store/lost-span.ts'
import type { Context } from '../context.ts'
import { type Answer, OperationError } from '../control.ts'
import type { SourceChanges } from '../source-changes.ts'
import { patiently } from './patiently.ts'
import { assertAllAtHand, atHand, inEveryStore } from './stores.ts'

/** Followed files, then those of which bytes are lost and no file is there. Each store has its own reading of them. */
export async function* sources(context: Context): Answer {
  for (const { name: store, elsewhere } of await context.others())
    for (const row of elsewhere?.sources ?? []) yield { ...row, store }
  yield* inEveryStore(context, async function* (one) {
    for (const row of sourcesOf(one)) yield { ...row, store: one.storeName }
  })
}

function* sourcesOf(context: Context): Generator<object> {
  const { lost, checkpoints } = context.progress
  const byKey = Map.groupBy(lost, ({ key }) => key)
  const lostOf = (id: string): object => {
    const spans = byKey.get(id)
    if (spans === undefined) return {}
    byKey.delete(id)
    return {
      lost_bytes: spans.reduce((sum, { from, to }) => sum + to - from, 0),
      lost: spans.map(({ from, to, at }) => ({ from, to, time: new Date(at).toISOString() })),
    }
  }
  for (const row of context.sources()) yield { ...row, ...lostOf(row.id) }
  for (const [id, spans] of [...byKey]) {
    const { source, path } = spans[0]!
    const offset = checkpoints.get(id) ?? 0
    const size = Math.max(...spans.map(({ to }) => to))
    const gone = { id, path, offset, size, lag_bytes: 0, lag_seconds: 0, state: 'lost', source, read: offset }
    yield { ...gone, ...lostOf(id) }
  }
}

/** Every range of bytes stated lost, oldest first. */
export const losses = (context: Context): Answer =>
  inEveryStore(context, async function* ({ progress, storeName: store }) {
    for (const { at, source, path, key, from, to } of progress.lost.toSorted((a, b) => a.at - b.at))
      yield { time: new Date(at).toISOString(), source, path, id: key, from, to, bytes: to - from, store }
  })

/** Longer than that a command does not wait for what is still to be delivered. */
const patience = 20_000

const soon = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(patience)])

interface Asked {
  /** Of a generation, or the first letters of only one. */
  readonly id: string
}

interface Found {
  /** Of the store into which it is read. */
  readonly context: Context
  readonly changes: SourceChanges
  readonly generation: Generation
}

const found = async (given: Context, { id }: Asked): Promise<Found> => {
  const all: Found[] = []
  for (const context of await atHand(given)) {
    const { sourceChanges: changes } = context
    if (changes === undefined) throw new Error('the data directory was opened for reading only')
    if (!/^[0-9a-f]{4,16}$/.test(id)) break
    for (const generation of changes.generations.all())
      if (generation.key.startsWith(id)) all.push({ context, changes, generation })
  }
  if (all.length === 0) await assertAllAtHand(given)
  if (all.length !== 1)
    throw new OperationError(
      2,
      `${all.length === 0 ? 'no file has' : `${all.length} files have`} the id '${id}'; 'tailrace sources --format ndjson' lists them whole${new Set(all.map(({ context }) => context)).size > 1 ? ', --store says into which store' : ''}`,
    )
  return all[0]!
}

/** A change of the one file that is asked for, in the store into which it is read, which is not waited for for long. */
const changing = <A extends Asked>(change: (found: Found, asked: A, signal: AbortSignal) => Answer) =>
  async function* (given: Context, asked: A, signal: AbortSignal): Answer {
    const one = await found(given, asked)
    yield* patiently(one.context, (until) => change(one, asked, until), signal)
  }

const committedTo = ({ progress }: Context, { key, begin }: Generation): number =>
  Math.max(begin, progress.checkpoints.get(key) ?? 0)

const account = (context: Context, record: Partial<ProgressRecord>, signal: AbortSignal): Promise<void> =>
  context.changes!.write([], () => ({ checkpoints: {}, ledger: [], earliest: {}, ...record }), signal)

/** Where the file still lies that the generation was last seen in. */
const fileOf = ({ path, device, inode }: Generation): string | undefined => {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stats !== undefined && idOf(identityOf(stats)) === idOf({ device, inode }) ? path : undefined
  } catch {
    return undefined
  }
}

/** Forgets what is known of a file: it is read as a new one where it is, or comes back. */
export const forgetSource = changing(async function* (
  { context, changes, generation },
  asked: Asked & { readonly yes?: boolean },
  signal,
): Answer {
  const { key, path } = generation
  const there = fileOf(generation)
  if (there !== undefined && asked.yes !== true)
    throw new OperationError(
      1,
      `${there} is there, and would be read again from its start under a new id, its events stored a second time; 'sources rewind ${key}' reads it again without that, --yes forgets it all the same`,
    )
  await changes.change(
    generation,
    async () => {
      await account(context, { retired: { [key]: await recordsOf(context, key, signal) } }, signal)
      changes.reset(key, undefined)
      await changes.generations.forget([key])
    },
    soon(signal),
  )
  yield { id: key, path, forgotten: true }
})

/** Records of a generation that the store holds, and those that retention removed from it. */
export const recordsOf = async (
  { store }: Pick<Context, 'store'>,
  key: string,
  signal: AbortSignal,
): Promise<number> => {
  await store.refresh(signal)
  const held = await store.countOf(key, signal)
  return held + ((await store.removed?.(signal))?.get(key) ?? 0)
}

/** Reads a file again from an offset. What the store holds of it is passed over; what it does not is stored. */
export const rewindSource = changing(async function* (
  { context, changes, generation },
  asked: Asked & { readonly to?: number },
  signal,
): Answer {
  const { key, path, source } = generation
  const to = asked.to ?? 0
  if (fileOf(generation) === undefined)
    throw new OperationError(
      1,
      `${path} is not there, and nothing can be read again; put it back, or name a file that holds it with 'sources adopt ${key}'`,
    )
  const top = committedTo(context, generation)
  if (!Number.isSafeInteger(to) || to < 0 || to > top)
    throw new OperationError(2, `--to is an offset from 0 to ${top}, up to which ${path} was read`)
  let from = top
  await changes.change(
    generation,
    async () => {
      from = committedTo(context, generation)
      const moved: LedgerDelta = {
        ...nothing,
        source,
        path: generation.origin,
        hour: hourOf(Date.now()),
        bytes: to - from,
      }
      await context.letters.dropFrom(laterThan(context, key, to))
      await account(context, { checkpoints: { [key]: to }, rewound: { [key]: from }, ledger: [moved] }, signal)
      changes.reset(key, to)
      changes.generations.update(key, { begin: Math.min(to, generation.begin), closedTo: to })
      await changes.generations.flush()
    },
    soon(signal),
  )
  yield { id: key, path, offset: to, was: from }
})

/** Dead letters of what is read again come again. */
const laterThan = ({ progress }: Context, key: string, to: number): ReadonlyMap<string, number> =>
  new Map([...progress.checkpoints].map(([one, offset]) => [one, one === key ? to : offset]))

/** Reads a file that a person names as the generation it holds: a copy put back, a rotated file under another name. */
export const adoptFile = changing(async function* (
  { context, changes, generation },
  asked: Asked & { readonly path: string },
  signal,
): Answer {
  const { key } = generation
  const there = fileOf(generation)
  if (there !== undefined && generation.gone === undefined)
    throw new OperationError(1, `${key} is followed already, in ${there}`)
  const committed = committedTo(context, generation)
  // The checkpoint may have passed what was stated lost.
  const lost = context.progress.lost.filter((span) => span.key === key)
  const offset = lost.reduce((least, { from }) => Math.min(least, from), committed)
  const answer = await adoption(generation, offset, asked.path).catch((error: unknown) => {
    throw new OperationError(3, `${asked.path} cannot be read: ${String(error)}`, { cause: error })
  })
  if ('refused' in answer) throw new OperationError(1, answer.refused)
  await changes.change(
    generation,
    async () => {
      if (offset < committed) {
        const { source, origin: path } = generation
        const moved: LedgerDelta = { ...nothing, source, path, hour: hourOf(Date.now()), bytes: offset - committed }
        const set = { checkpoints: { [key]: offset }, rewound: { [key]: committed }, ledger: [moved] }
        await account(context, set, signal)
        changes.reset(key, offset)
      }
      changes.generations.update(key, { adopted: asked.path, closedTo: Math.min(generation.closedTo, offset) })
      await changes.generations.flush()
    },
    soon(signal),
  )
  const regained = within(context.progress.lost, { key, from: offset, to: answer.size })
  yield {
    id: key,
    path: asked.path,
    offset,
    size: answer.size,
    was_lost: regained.reduce((sum, { from, to }) => sum + to - from, 0),
  }
})
