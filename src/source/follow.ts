import { closeSync, fstatSync, statSync } from 'node:fs'
import type { Block } from '../event/block.ts'
import { cannotRead, end, endShort, ensureOpen, idOf, replace, scan, type Tailing, tellOnce } from './claim.ts'
import { decodeLine, type Encoding } from './decode.ts'
import { absolute, watchPatterns } from './discover.ts'
import { type Followed, isBehind, isPending } from './followed.ts'
import { type Guard, headSize } from './generation.ts'
import { bytesAt, guardAt, headOf, identityOf, sameHead } from './identity.ts'
import { createLines } from './lines.ts'
import { type Desk, type Ending, openEnd, readOn, type Step } from './reading.ts'
import { createRecords } from './records.ts'
import type { FileStatus, OpenSource, Source, SourceContext } from './source.ts'

export interface FollowOptions {
  readonly name: string
  /** Globs or paths; relative ones from the working directory. `**` for any depth; links to directories are followed except below `**`. */
  readonly paths: readonly string[]
  /** Globs of paths left out. */
  readonly exclude?: readonly string[]
  /** Default `utf-8`. */
  readonly encoding?: Encoding
  /** A block holds about this many bytes of a file; default 1 MiB, never less than a record may have. */
  readonly blockBytes?: number
  /** Files open at once, those that are only a handle any more not counted; default 512. */
  readonly maxOpen?: number
  /** Milliseconds between looks at every file's end (default 1000) and between looks at the directories (default 5000). */
  readonly verifyEvery?: number
  readonly discoverEvery?: number
  /** Milliseconds without growth after which a file that was rotated or deleted is finished; default 60,000. */
  readonly settle?: number
  /** False: no inotify, only looking. */
  readonly watch?: boolean
}

/** For sources that keep their own files (the spool): what `follow` leaves to them. */
export interface FollowHooks {
  /** Bytes of a file that may be read; the rest is not durable yet. */
  readonly visible?: (path: string, size: number) => number
  /** Nothing more will be written to this file. */
  readonly isComplete?: (path: string) => boolean
  /** Everything of a complete file is committed. */
  readonly done?: (path: string) => void
  /** `log.file.path` of its records. */
  readonly label?: string
  /** With `once`: whether to wait for more all the same. */
  readonly goesOn?: () => boolean
  /** Told a function that wakes a waiting `next`. */
  readonly waker?: (wake: () => void) => void
}

/** Follows files by name and content through every kind of rotation, by the rules of generations, resume and copies. */
export const follow = (options: FollowOptions): Source => ({
  name: options.name,
  open: (context) => openFollow(options, context, {}),
})

const headForFraming = 65_536
const idleAfter = 60_000
/** Directories in which much comes and goes are not looked through more often than this. */
const scanGap = 50

const sizeAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? -1

export const openFollow = async (
  options: FollowOptions,
  context: SourceContext,
  hooks: FollowHooks,
): Promise<OpenSource> => {
  const { maxOpen = 512, verifyEvery = 1000, discoverEvery = 5000, settle = 60_000, encoding = 'utf-8' } = options
  const { clock, once, generations } = context
  const { visible = (_: string, size: number) => size, isComplete = () => false, goesOn = () => false } = hooks
  const own = hooks.isComplete !== undefined
  const tailing: Tailing = {
    name: options.name,
    context,
    patterns: options.paths.map(absolute),
    exclude: (options.exclude ?? []).map(absolute),
    copies: !own,
    settle,
    files: [],
    byKey: new Map(),
    left: new Map(),
    held: new Map(),
    unreadable: new Map(),
    waiting: new Map(),
    told: new Set(),
    first: true,
  }
  const desk: Desk = {
    arena: context.arena,
    encoding,
    blockBytes: options.blockBytes ?? 1 << 20,
    lines: createLines(),
    records: createRecords(),
    scan: Buffer.alloc(0),
  }

  let closed = false
  let scanAt = Number.NEGATIVE_INFINITY
  let scanWanted = true
  let lookAt = Number.NEGATIVE_INFINITY
  let scannedAt: number | undefined
  let lookedAt: number | undefined
  let turn = 0
  let wake: () => void = () => {}
  const touched = new Set<string>()
  hooks.waker?.(() => {
    lookAt = Number.NEGATIVE_INFINITY
    wake()
  })
  const watching =
    once || options.watch === false || own
      ? undefined
      : watchPatterns(tailing.patterns, {
          changed: (path) => {
            touched.add(path)
            wake()
          },
          moved: () => {
            scanWanted = true
            wake()
          },
          failed: (error) =>
            tellOnce(tailing, 'watch', {
              kind: 'unreadable',
              path: tailing.patterns[0] ?? '',
              text: `the system refuses to watch directories (${String(error)}); files are looked at every ${verifyEvery} ms instead. Raise fs.inotify.max_user_watches: sysctl fs.inotify.max_user_watches=1048576`,
            }),
        })

  /** Looks at one file's end. */
  const look = (file: Followed, now: number): void => {
    const stats =
      file.fd === undefined
        ? statSync(file.path, { bigint: true, throwIfNoEntry: false })
        : fstatSync(file.fd, { bigint: true })
    if (stats === undefined || (file.fd === undefined && idOf(identityOf(stats)) !== idOf(file.identity))) {
      if (file.unreachable) endShort(tailing, file)
      else scanWanted = true
      return
    }
    const size = visible(file.path, Number(stats.size))
    // What was cut short keeps the size it was last seen with, to say what is lost.
    if (size < file.size) file.cut = true
    else if (size > file.size) {
      file.size = size
      file.grownAt = now
      generations.update(file.key, { size, ...longerHead(file) })
    }
    file.modified = Number(stats.mtimeMs)
    if (file.fd !== undefined && stats.nlink === 0n) file.deleted = file.aside = true
    if (!isPending(file)) file.cleanAt = now
  }
  const longerHead = (file: Followed): { head?: Buffer } => {
    const known = generations.get(file.key)?.head
    if (known === undefined || known.length >= headSize || file.fd === undefined) return {}
    const head = headOf(file.fd)
    return head.length > known.length && head.subarray(0, known.length).equals(known) ? { head } : {}
  }

  const lookAtAll = (now: number): void => {
    for (const file of [...tailing.files]) {
      look(file, now)
      if (file.ended) continue
      // The name leads elsewhere now: rotated, or a link was turned.
      if (!file.unreachable && !file.aside && file.fd !== undefined) {
        const stats = statSync(file.path, { bigint: true, throwIfNoEntry: false })
        if (stats === undefined || idOf(identityOf(stats)) !== idOf(file.identity)) scanWanted = true
      }
      if (file.handedOut.length === 0 && generations.get(file.key)?.closedTo !== file.offset) close(file)
    }
    for (const found of tailing.held.values()) if (sizeAt(found.path) !== found.size) scanWanted = true
    for (const found of tailing.waiting.values()) {
      if (sizeAt(found.path) !== found.size || (found.size > 0 && now - found.modified >= settle)) scanWanted = true
    }
    lookedAt = now
    lookAt = now
  }
  const close = (file: Followed): void => {
    const known = generations.get(file.key)
    if (known !== undefined && file.offset > known.closedTo) generations.update(file.key, { closedTo: file.offset })
  }

  const isFinished = (file: Followed, now: number): boolean =>
    isComplete(file.path) || (file.aside && now - file.grownAt >= settle)
  const isFlushed = (file: Followed, now: number): boolean =>
    file.pendingLines && file.framing !== undefined && now - file.grownAt >= file.framing.flushAfter

  const isReady = (file: Followed, now: number): boolean => {
    if (file.before !== undefined) {
      if (isBehind(file.before) && !file.before.ended) return false
      file.before = undefined
    }
    if (file.cut || isBehind(file)) return true
    if (!isPending(file)) return false
    if (file.framing === undefined) return false
    return file.tried !== file.size || isFinished(file, now) || isFlushed(file, now)
  }

  const endingOf = (file: Followed, now: number): Ending => {
    if (once && !goesOn()) return { line: true, record: true, flag: 0 }
    if (isComplete(file.path)) return { line: true, record: true, flag: 0 }
    if (isFinished(file, now)) return { line: true, record: true, flag: 8 }
    return isFlushed(file, now) ? { line: false, record: true, flag: 8 } : openEnd
  }

  const step = async (file: Followed, now: number): Promise<Step> => {
    if (!open(file)) {
      file.tried = file.size
      file.before = undefined
      scanWanted = true
      return 'wait'
    }
    look(file, now)
    file.lastUse = now
    if (file.cut || !headHolds(file)) return 'replaced'
    const skip = file.skips[0]
    if (skip !== undefined && skip.from <= file.offset) {
      file.skips.shift()
      return skip.to <= file.offset ? 'again' : jump(file, skip.to)
    }
    if (file.framing === undefined) {
      const head = bytesAt(file.fd!, 0, headForFraming)
      file.framing = context.framing(
        file.origin.path,
        encoding === 'utf-8' ? head : Buffer.from(decodeLine(head, encoding).text),
      )
      if (file.framing === undefined) {
        if (once)
          tellOnce(tailing, `framing ${file.path}`, {
            kind: 'unreadable',
            path: file.path,
            text: `there is too little in ${file.path} to tell its format; name the parser`,
          })
        return 'wait'
      }
    }
    if (skip !== undefined && skip.from < file.size)
      return readOn(desk, file, skip.from, { line: true, record: true, flag: 0 }, now)
    return file.offset < file.size ? readOn(desk, file, file.size, endingOf(file, now), now) : 'wait'
  }

  /** What lies before the offset is checked with every read; near the start that is too little to tell. */
  const headHolds = (file: Followed): boolean => {
    const head = file.offset < headSize ? generations.get(file.key)?.head : undefined
    return head === undefined || sameHead(headOf(file.fd!), head)
  }

  const jump = (file: Followed, offset: number): Step => {
    const to = Math.min(offset, file.size)
    const guard = guardAt(file.fd!, to)
    if (guard === undefined) return 'replaced'
    file.offset = to
    file.guard = guard
    return 'again'
  }

  const open = (file: Followed): boolean => {
    if (file.fd !== undefined) return true
    const others = tailing.files.filter((one) => one.fd !== undefined && !one.unreachable && !one.deleted)
    if (others.length >= maxOpen) {
      const idle = others.reduce((a, b) => (a.lastUse <= b.lastUse ? a : b))
      closeSync(idle.fd!)
      idle.fd = undefined
    }
    return ensureOpen(tailing, file)
  }

  /** One round over the files, from where the last ended. */
  const readSome = async (now: number): Promise<Block | 'again' | 'wait' | 'full'> => {
    const { files } = tailing
    for (let i = 0; i < files.length; i++) {
      const file = files[(turn + i) % files.length]!
      if (!isReady(file, now)) continue
      const result = await step(file, now)
      if (result === 'wait') {
        file.tried = file.size
        continue
      }
      turn = (turn + i + 1) % files.length
      if (result !== 'replaced') return result
      await replace(tailing, file, [])
      scanWanted = true
      return 'again'
    }
    return 'wait'
  }

  /** Gives up files that are gone and wholly read, and handles beyond the bound. */
  const tidy = (now: number): void => {
    for (const file of [...tailing.files]) {
      const gone = file.deleted || file.unreachable
      if (gone && file.offset >= file.size && (once || isFinished(file, now))) end(tailing, file)
    }
  }

  const nextDue = (now: number): number => {
    let due = Math.min(lookAt + verifyEvery, scanAt + (scanWanted ? Math.min(scanGap, verifyEvery) : discoverEvery))
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
      if (signal.aborted || touched.size > 0) done()
    })

  const status = (file: Followed, now: number): FileStatus['state'] => {
    if (tailing.unreadable.has(file.path)) return 'unreadable'
    if (file.deleted || (file.unreachable && file.fd === undefined)) return 'deleted'
    if (file.aside) return 'rotated'
    if (file.framing === undefined && file.size > 0 && file.tried === file.size) return 'waiting'
    return now - file.modified < idleAfter || isBehind(file) ? 'active' : 'idle'
  }

  return {
    async next(signal) {
      while (!signal.aborted && !closed) {
        const now = clock()
        if (now - scanAt >= (scanWanted ? Math.min(scanGap, verifyEvery) : discoverEvery)) {
          // Set before: what happens while looking is looked at again.
          scanAt = now
          scanWanted = false
          await scan(tailing)
          scannedAt = now
          continue
        }
        if (now - lookAt >= verifyEvery) {
          lookAtAll(now)
          tidy(now)
        }
        for (const file of touched.size > 0 ? tailing.files : []) if (touched.has(file.path)) look(file, now)
        touched.clear()
        const result = await readSome(now)
        if (typeof result === 'object') return result
        if (result === 'again') continue
        if (result === 'full') await pause(5, signal)
        else if (!once || goesOn()) await pause(nextDue(clock()), signal)
        else if (scanWanted) await pause(1, signal)
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
      close(file)
      if (file.ended) tailing.byKey.delete(key)
      else if (isComplete(file.path) && file.offset >= file.size) {
        end(tailing, file)
        hooks.done?.(file.path)
      }
    },
    get caughtUp() {
      if (lookedAt === undefined || scannedAt === undefined || tailing.unreadable.size > 0) return undefined
      let at = watching?.works === true ? lookedAt : Math.min(lookedAt, scannedAt)
      for (const file of tailing.files) {
        if (isBehind(file) || file.cut) return undefined
        if (isPending(file)) at = Math.min(at, file.cleanAt)
      }
      for (const found of tailing.waiting.values()) if (found.size > 0) at = Math.min(at, found.modified)
      return at
    },
    files() {
      const now = clock()
      return [
        ...tailing.files.map((file) => ({
          id: file.key,
          path: file.path,
          offset: file.offset,
          size: file.size,
          state: status(file, now),
          modified: file.modified,
        })),
        ...[...tailing.held.values()].map(({ of, path, size, modified }) => ({
          id: of,
          path,
          offset: 0,
          size,
          state: 'held_copy' as const,
          modified,
        })),
        ...[...tailing.waiting.values()].map(({ path, size, modified }) => ({
          id: '',
          path,
          offset: 0,
          size,
          state: 'waiting' as const,
          modified,
        })),
        ...[...tailing.unreadable.keys()]
          .filter((path) => !tailing.files.some((file) => file.path === path))
          .map((path) => ({ id: '', path, offset: 0, size: 0, state: 'unreadable' as const, modified: 0 })),
      ]
    },
    async close() {
      closed = true
      wake()
      await watching?.close()
      for (const file of tailing.files) if (file.fd !== undefined) closeSync(file.fd)
      tailing.files.length = 0
      await generations.flush().catch((error: unknown) => cannotRead(tailing, options.paths[0] ?? '', String(error)))
    },
  }
}
