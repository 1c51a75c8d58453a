import { type Diagnostic, diagnose, markSite, type SiteMark } from '../event/diagnostic.ts'
import { parseDuration } from '../event/units.ts'
import { createFileChanges } from './change.ts'
import type { Encoding } from './decode.ts'
import { absolute } from './discover.ts'
import { fileStatuses } from './file-statuses.ts'
import { type Followed, isBehind, isPending } from './followed.ts'
import type { Guard } from './generation.ts'
import { limitOpen, setHandle } from './handles.ts'
import { headSize } from './identity.ts'
import { judgePacked } from './judge-packed.ts'
import { createLines } from './lines.ts'
import { account, look, lookAtAll, tidy } from './look.ts'
import type { Desk } from './reading.ts'
import { createRecords } from './records.ts'
import { scan } from './scan.ts'
import type { OpenSource, Source, SourceContext } from './source.ts'
import { type FileHooks, inPlace, plainFiles, type Tailing, tellOnce } from './tailing.ts'
import { readSome, restWaits } from './turn.ts'
import { watchDirectories } from './watch.ts'

export interface FollowOptions {
  readonly name: string
  /** Globs or paths; relative ones from the working directory. `**` for any depth; links to directories are followed except below `**`. */
  readonly paths: readonly string[]
  /** Globs of paths left out. */
  readonly exclude?: readonly string[]
  /**
   * Directories that links may lead into, beside those the paths begin with. A link that leads elsewhere is not followed,
   * unless a path names it and it belongs to root or the user Tailrace runs as.
   */
  readonly within?: readonly string[]
  /** Files never read before are left alone while they were not written to for so long, as `7d`; default: none are. */
  readonly ignoreOlder?: string
  /** Default: UTF-16 where a file's byte order mark says so, else UTF-8. */
  readonly encoding?: Encoding
  /** A block holds about this many bytes of a file; default 1 MiB, never less than a record may have. */
  readonly blockBytes?: number
  /**
   * Files open at once, those that are only a handle any more not counted; default 512. Of more files those used last are
   * open, the others are looked at by name: what is written to such a file and deleted or truncated with it before the
   * next look (`verifyEvery`) is lost, and stated as far as its size was seen.
   */
  readonly maxOpen?: number
  /** Milliseconds between looks at every file's end (default 1000) and between looks at the directories (default 5000). */
  readonly verifyEvery?: number
  readonly discoverEvery?: number
  /** Milliseconds without growth after which a file that was rotated or deleted is finished; default 60,000. */
  readonly settle?: number
  /** False: no inotify, only looking. */
  readonly watch?: boolean
  /**
   * Other machines see the same files, as over NFS, and run the same pipeline into the same store: one of them reads at a
   * time, and another goes on where it was when that one fails. What is known of the files lies in the store, which
   * must be Elasticsearch or OpenSearch.
   */
  readonly shared?: boolean
}

/** Follows files by name and content through every kind of rotation, by the rules of generations, resume and copies. */
export const follow = (options: FollowOptions): Source => {
  const site = markSite(follow)
  return {
    name: options.name,
    paths: options.paths,
    definition: options,
    problems: ageProblems(options, site),
    ...(options.shared === true ? { shared: site } : {}),
    open: (context) => openFollow(options, context, plainFiles),
  }
}

const ageProblems = ({ name, ignoreOlder }: FollowOptions, site: SiteMark): readonly Diagnostic[] =>
  ignoreOlder === undefined || parseDuration(ignoreOlder) !== undefined
    ? []
    : [
        diagnose(
          site,
          `source '${name}': ignoreOlder is no duration: '${ignoreOlder}'`,
          "Write it as '30m', '12h' or '7d'",
        ),
      ]

/** Directories in which much comes and goes are not looked through more often than this, nor for more than a tenth of the time. */
const leastGap = 50

/** `waker` is told a function that wakes a waiting `next`. */
export const openFollow = async (
  options: FollowOptions,
  context: SourceContext,
  hooks: FileHooks,
  waker: (wake: () => void) => void = () => {},
): Promise<OpenSource> => {
  const { maxOpen = 512, settle = 60_000, encoding } = options
  const verifyEvery = Math.max(1, options.verifyEvery ?? 1000)
  const discoverEvery = Math.max(1, options.discoverEvery ?? 5000)
  const { clock, once, generations } = context
  const tailing: Tailing = {
    name: options.name,
    context,
    patterns: options.paths.map(absolute),
    exclude: (options.exclude ?? []).map(absolute),
    within: (options.within ?? []).map(absolute),
    ignoreOlder: parseDuration(options.ignoreOlder ?? ''),
    shared: options.shared === true,
    copies: !hooks.owned,
    settle,
    maxOpen,
    hooks,
    files: [],
    handles: new Set(),
    byKey: new Map(),
    left: new Map(),
    marks: new Map(),
    held: new Map(),
    unreadable: new Map(),
    waiting: new Map(),
    packed: new Map(),
    judged: new Map(),
    refused: new Set(),
    directories: new Set(),
    missing: new Map(),
    grace: verifyEvery,
    ours: new Map(),
    told: new Set(),
    first: true,
    scanWanted: true,
    turn: 0,
  }
  const desk: Desk = {
    arena: context.arena,
    encoding,
    blockBytes: options.blockBytes ?? 1 << 20,
    lines: createLines(),
    records: createRecords(),
    isStill: (file) => file.offset >= headSize || inPlace(tailing, file),
    scan: Buffer.alloc(0),
    queued: [],
  }

  const changes = createFileChanges()
  let closed = false
  let scanAt = Number.NEGATIVE_INFINITY
  let lookAt = Number.NEGATIVE_INFINITY
  let scannedAt: number | undefined
  let lookedAt: number | undefined
  let scanGap = leastGap
  /** By where the last scan found them: to look at those that the system says were written to. */
  let byPath: ReadonlyMap<string, Followed> = new Map()
  let wake: () => void = () => {}
  const touched = new Set<string>()
  waker(() => {
    lookAt = Number.NEGATIVE_INFINITY
    tailing.scanWanted = true
    wake()
  })
  const watching =
    once || options.watch === false || options.shared === true || hooks.owned
      ? undefined
      : watchDirectories({
          changed: (path) => {
            touched.add(path)
            wake()
          },
          moved: () => {
            tailing.scanWanted = true
            wake()
          },
          failed: (error) =>
            tellOnce(tailing, 'watch', {
              kind: 'unreadable',
              path: tailing.patterns[0] ?? '',
              text: `the system refuses to watch directories (${String(error)}); files are looked at every ${verifyEvery} ms instead. Raise fs.inotify.max_user_watches: sysctl fs.inotify.max_user_watches=1048576`,
            }),
        })

  const nextDue = (now: number): number => {
    let due = Math.min(
      lookAt + verifyEvery,
      scanAt + (tailing.scanWanted ? Math.min(scanGap, verifyEvery) : discoverEvery),
    )
    for (const file of tailing.files) {
      if (!isPending(file)) continue
      if (file.aside) due = Math.min(due, file.grownAt + settle)
      if (file.pendingLines && file.framing !== undefined) due = Math.min(due, file.grownAt + file.framing.flushAfter)
    }
    return Math.max(1, due - now)
  }

  const pause = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        wake = () => {}
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal.addEventListener('abort', done, { once: true })
      wake = done
      if (signal.aborted || touched.size > 0 || changes.waiting) done()
    })

  return {
    async next(signal) {
      const queued = desk.queued.shift()
      if (queued !== undefined) return queued
      while (!signal.aborted && !closed) {
        if (changes.waiting) await changes.run(tailing, () => closed)
        const now = clock()
        if (now - scanAt >= (tailing.scanWanted ? Math.min(scanGap, verifyEvery) : discoverEvery)) {
          // Set before: what happens while looking is looked at again.
          scanAt = now
          tailing.scanWanted = false
          const begun = performance.now()
          await scan(tailing)
          scanGap = Math.max(leastGap, 10 * (performance.now() - begun))
          limitOpen(tailing, tailing.maxOpen)
          if (watching?.keep(tailing.directories) === true) tailing.scanWanted = true
          byPath = new Map(tailing.files.map((file) => [file.path, file]))
          scannedAt = now
          continue
        }
        if (now - lookAt >= verifyEvery) {
          lookAtAll(tailing, now)
          lookAt = now
          lookedAt = now
        }
        for (const path of touched) {
          const file = byPath.get(path)
          if (file !== undefined && !file.ended) look(tailing, file, now)
          else if (tailing.waiting.has(path)) tailing.scanWanted = true
        }
        touched.clear()
        const result = await readSome(tailing, desk, now)
        if (typeof result === 'object') return result
        if (result === 'again') continue
        if (result === 'full') await pause(5, signal)
        else if (tailing.packed.size > 0) await judgePacked(tailing)
        else if (!once || hooks.goesOn()) await pause(nextDue(clock()), signal)
        else if (tailing.scanWanted || tailing.missing.size > 0 || tailing.files.some(restWaits)) await pause(1, signal)
        else if (lookedAt !== undefined) return undefined
      }
      return undefined
    },
    committed(key, offset) {
      const file = tailing.byKey.get(key)
      if (file === undefined) return
      let guard: Guard | undefined
      while (file.handedOut.length > 0 && file.handedOut[0]!.to <= offset) guard = file.handedOut.shift()!.guard
      if (guard !== undefined) generations.update(key, { guard })
      if (file.handedOut.length > 0) return
      account(tailing, file)
      if (file.ended) tailing.byKey.delete(key)
      else tidy(tailing, file, clock())
    },
    get caughtUp() {
      if (lookedAt === undefined || scannedAt === undefined) return undefined
      if (tailing.unreadable.size > 0 || tailing.packed.size > 0) return undefined
      let at = watching?.works === true ? lookedAt : Math.min(lookedAt, scannedAt)
      for (const file of tailing.files) {
        if (isBehind(file) || file.cut) return undefined
        if (isPending(file)) at = Math.min(at, file.cleanAt)
      }
      for (const found of tailing.waiting.values()) if (found.size > 0) at = Math.min(at, found.modified)
      return at
    },
    reframe() {
      for (const file of tailing.files) {
        file.framing = undefined
        file.tried = -1
      }
    },
    files: () => fileStatuses(tailing, clock()),
    ...(hooks.owned
      ? {}
      : {
          change(key, task, asked) {
            const done = changes.add(key, task, asked)
            wake()
            return done
          },
        }),
    async close() {
      closed = true
      wake()
      watching?.close()
      for (const file of [...tailing.handles]) setHandle(tailing, file, undefined)
      for (const block of desk.queued.splice(0)) block.lease.release()
      tailing.files.length = 0
      // Tried again, and told of, by whoever keeps them.
      await generations.flush().catch(() => undefined)
    },
  }
}
