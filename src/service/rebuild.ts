import { closeSync, existsSync, fstatSync, openSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { equals } from '../query/tree.ts'
import { absolute, covers, inside } from '../source/discover.ts'
import { type Generation, type GenerationStore, noGuard } from '../source/generation.ts'
import { bytesAt, guardAt, headOf, identityOf } from '../source/identity.ts'
import { isRotationOf } from '../source/rotation.ts'
import type { ProgressState } from '../store/ledger.ts'
import type { Covered, Store } from '../store/store.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Troubles } from './troubles.ts'

export interface RebuildOptions {
  readonly generations: GenerationStore
  readonly progress: Pick<ProgressState, 'checkpoints' | 'ledger'>
  readonly store: Pick<Store, 'aggregate' | 'covered' | 'search' | 'refresh'>
  readonly pipelines: readonly Pipeline[]
  /** Another service on this host may follow the same files into another one. */
  readonly namespace: string
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly signal: AbortSignal
}

/** What became of the places of files that were lost. */
export interface Rebuilt {
  /** Paths of files that are gone on with where they were. */
  readonly found: readonly string[]
  /** Paths of which no file holds what the store has. */
  readonly gone: readonly string[]
}

/** A generation that events or the checkpoint tell of. */
interface Suspect {
  readonly key: string
  /** The path its records name. */
  readonly path: string
  readonly source: string
  readonly checkpoint: number
  /** Behind the last byte that is accounted for, as far as is known. */
  readonly reach: number
}

const edge = 262_144
const mostSpans = 64
const mostTexts = 4
/** Fields that hold a piece of the record as it was written. */
const telling = [
  'url.original',
  'source.address',
  'message',
  'mysql.slowlog.query',
  'log.logger',
  'user_agent.original',
]

const everyKey = async ({ store, namespace, signal }: RebuildOptions) => {
  await store.refresh(signal)
  const where = equals('host.name', hostname())
  const metrics = [{ kind: 'max', field: 'log.offset' }] as const
  const buckets = await store.aggregate({ where, namespace, by: ['log.file.id', 'log.file.path'], metrics }, signal)
  return buckets.flatMap(({ by, values }) => {
    const key = by?.['log.file.id']
    const path = by?.['log.file.path']
    if (typeof key !== 'string' || typeof path !== 'string') return []
    return [{ key, path, last: values['max(log.offset)'] ?? 0 }]
  })
}

/**
 * Keys of which the checkpoint or, where the record of files is damaged or gone, the store knows, and that record does
 * not. A head that was lost with an earlier entry makes one too: nothing could be told by it.
 */
const suspectsOf = async (options: RebuildOptions): Promise<readonly Suspect[]> => {
  const { generations, progress, pipelines } = options
  const expired = new Set(generations.expired().map(({ key }) => key))
  const isKnown = (key: string): boolean => expired.has(key) || (generations.get(key)?.head.length ?? 0) > 0
  const unknown = [...progress.checkpoints.keys()].filter((key) => !isKnown(key))
  if (unknown.length === 0 && !generations.damaged && generations.all().length > 0) return []
  const sources = new Map([...progress.ledger.values()].map(({ path, source }) => [path, source]))
  const sourceOf = (path: string): string | undefined =>
    sources.get(path) ??
    pipelines.find(({ source: { paths = [] } }) => covers(paths.map(absolute), [], path))?.source.name
  return (await everyKey(options)).flatMap(({ key, path, last }) => {
    const source = generations.get(key)?.source ?? sourceOf(path)
    if (isKnown(key) || source === undefined) return []
    const checkpoint = progress.checkpoints.get(key) ?? 0
    return [{ key, path, source, checkpoint, reach: Math.max(checkpoint, last + 1) }]
  })
}

const atLineEnd = (fd: number, offset: number): boolean => {
  const [byte] = bytesAt(fd, offset - 1, offset)
  return byte === 10 || byte === 0
}

/** Spans of a generation at its beginning and at its end. */
const edgesOf = async ({ key, reach }: Suspect, { store, signal }: RebuildOptions): Promise<readonly Covered[]> => {
  const first = await store.covered(key, 0, Math.min(reach, edge), signal)
  const last = reach > edge ? await store.covered(key, Math.max(edge, reach - edge), reach, signal) : []
  return [...first.slice(0, mostSpans), ...first.slice(-mostSpans), ...last.slice(-mostSpans)]
}

/** Whether records lie in the file where the store says they do, between line ends. */
const fits = (fd: number, size: number, spans: readonly Covered[]): boolean =>
  spans.length > 0 &&
  spans.every(
    ({ from, to }) =>
      to <= size &&
      (from === 0 || from === 3 || atLineEnd(fd, from)) &&
      (to === size || atLineEnd(fd, to) || bytesAt(fd, to, to + 1)[0] === 10),
  )

/** What some records of the generation say, each several pieces of its text. */
const textsOf = async ({ key }: Suspect, { store, signal }: RebuildOptions) => {
  const found: { readonly from: number; readonly to: number; readonly texts: readonly string[] }[] = []
  const fields = ['log.offset', 'log.length', ...telling]
  for (const descending of [false, true]) {
    const sort = [{ field: 'log.offset', descending }]
    const question = { where: equals('log.file.id', key), sort, fields, limit: mostTexts / 2 }
    for await (const document of store.search(question, signal)) {
      const from = valueAt(document, 'log.offset')
      const length = valueAt(document, 'log.length')
      const texts = telling.flatMap((name) => {
        const value = valueAt(document, name)
        return typeof value === 'string' && value.length > 0 ? [value.slice(0, 40).split('\n')[0]!] : []
      })
      if (typeof from === 'number' && typeof length === 'number' && texts.length > 0)
        found.push({ from, to: from + length, texts })
    }
  }
  return found
}

const valueAt = (document: unknown, name: string): unknown => {
  let inner: unknown = document
  if (typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name))
    return (inner as Readonly<Record<string, unknown>>)[name]
  for (const part of name.split('.')) inner = (inner as Readonly<Record<string, unknown>> | undefined)?.[part]
  return inner
}

/** A redacted or decoded value is no piece of the line; one of several is. */
const says = (fd: number, { from, to, texts }: Awaited<ReturnType<typeof textsOf>>[number]): boolean => {
  const raw = bytesAt(fd, from, Math.min(to, from + 65_536)).toString('utf8')
  return texts.some((text) => raw.includes(text))
}

interface Match {
  readonly path: string
  readonly fd: number
  readonly size: number
}

/** Files that may hold the generation: that of its path and what rotation put beside it. */
const filesFor = async ({ path }: Suspect, taken: ReadonlySet<string>): Promise<readonly Match[]> => {
  const beside = (await inside(dirname(path))).filter((other) => isRotationOf(other, path))
  return [path, ...beside].flatMap((candidate) => {
    if (taken.has(candidate)) return []
    let fd: number | undefined
    try {
      fd = openSync(candidate, 'r')
      const stats = fstatSync(fd)
      if (stats.isFile()) return [{ path: candidate, fd, size: stats.size }]
    } catch {
      // Not there, or not to be read: the source says so.
    }
    if (fd !== undefined) closeSync(fd)
    return []
  })
}

const generationOf = (suspect: Suspect, { path, fd, size }: Match): Generation => {
  const stats = fstatSync(fd, { bigint: true })
  const { birth, device, inode } = identityOf(stats)
  const { key, source, checkpoint } = suspect
  return {
    key,
    source,
    device,
    inode,
    birth,
    head: headOf(fd),
    path,
    origin: suspect.path,
    begin: 0,
    size,
    guard: checkpoint > 0 ? (guardAt(fd, checkpoint) ?? noGuard) : noGuard,
    // The earliest it can be: what rotation put aside since is younger, and read.
    registered: birth || Number(stats.mtimeMs),
    closedTo: checkpoint,
  }
}

const goneOf = ({ key, source, path, checkpoint }: Suspect, now: number): Generation => ({
  key,
  source,
  device: '',
  inode: '',
  birth: 0,
  head: Buffer.alloc(0),
  path,
  origin: path,
  begin: 0,
  size: checkpoint,
  guard: noGuard,
  registered: now,
  gone: now,
  closedTo: checkpoint,
})

/**
 * Where the record of which file is which was damaged or lost, it is made anew from what the store holds: each file is
 * held against the records of its path, by where they begin and end and by what they say, and goes on under the key it
 * had. Without it every file would be read again from its start under a new key, and all of it stored twice.
 */
const rebuildGenerations = async (options: RebuildOptions): Promise<Rebuilt> => {
  const { generations, clock } = options
  // Those that reach furthest first: a short one fits into a longer file of even lines as well.
  const suspects = [...(await suspectsOf(options))].sort((a, b) => b.reach - a.reach)
  const taken = new Set(generations.all().flatMap(({ gone, head, path }) => (gone || head.length === 0 ? [] : [path])))
  const restored: Generation[] = []
  const found: string[] = []
  const gone: string[] = []
  for (const suspect of suspects) {
    if (!existsSync(dirname(suspect.path))) continue
    const files = await filesFor(suspect, taken)
    try {
      const spans = files.length === 0 ? [] : await edgesOf(suspect, options)
      const texts = spans.length === 0 ? [] : await textsOf(suspect, options)
      const fitting = files
        .filter(({ fd, size }) => size >= suspect.checkpoint && fits(fd, size, spans))
        .filter(({ fd }) => texts.filter((text) => says(fd, text)).length * 2 >= texts.length)
        .toSorted((a, b) => a.size - b.size)
      const [match] = fitting
      if (match === undefined) {
        gone.push(suspect.path)
        restored.push(goneOf(suspect, clock()))
        continue
      }
      taken.add(match.path)
      found.push(match.path)
      restored.push(generationOf(suspect, match))
    } finally {
      for (const { fd } of files) closeSync(fd)
    }
  }
  await generations.restore(restored)
  return { found, gone }
}

const mostPaths = 20

/** Makes the record of followed files anew where it was lost, and says so. */
export const rebuildAndTell = async ({
  log,
  troubles,
  ...options
}: RebuildOptions & { readonly log: Logger; readonly troubles: Troubles }): Promise<void> => {
  const { found, gone } = await rebuildGenerations(options)
  if (found.length + gone.length === 0) return
  const text = `what was known of ${found.length + gone.length} followed files was damaged or lost and was made anew from what the store holds: ${found.length} files go on where they were, of ${gone.length} no file is left`
  log.error({ found: found.slice(0, mostPaths), gone: gone.slice(0, mostPaths) }, text)
  troubles.set('rebuilt', { kind: 'source', about: 'checkpoints', text: `at the start ${text}`, blocks: false })
}
