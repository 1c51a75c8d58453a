import type { Readable } from 'node:stream'
import type { Framing } from '../event/framing.ts'
import { decodeLine, type Encoding, unitOf } from './decode.ts'
import { lineEnd } from './lines.ts'
import type { OpenSource, Source, SourceContext } from './source.ts'
import { openSpooled } from './spooled.ts'
import type { SpoolShare } from './spools.ts'

export interface StdinOptions {
  readonly name: string
  /** Directory of its own under the data directory: `spool/<name>`. */
  readonly directory: string
  /** Default: standard input. */
  readonly input?: Readable
  readonly encoding?: Encoding
  /** Reading pauses while this many bytes lie in the spool; default 1 GiB. */
  readonly maxSpool?: number
  readonly segmentBytes?: number
  /** Milliseconds between looks at the spool. */
  readonly verifyEvery?: number
}

/** `log.file.path` of records from standard input. */
const label = '/dev/stdin'
const retryAfter = 1000

/**
 * Standard input, kept in the spool first and followed from there, so that what was read survives a crash. With
 * `once` it ends when the input has ended and all of it was handed out.
 */
export const stdin = (options: StdinOptions): Source => ({
  name: options.name,
  open: (context) => openStdin(options, context),
})

const openStdin = async (options: StdinOptions, context: SourceContext): Promise<OpenSource> => {
  const { input = process.stdin, maxSpool = 1 << 30, encoding = 'utf-8' } = options
  const report = (text: string): void => context.report({ kind: 'unreadable', path: label, text })
  const stop = new AbortController()
  const { source, spool } = await openSpooled({ ...options, label, encoding, goesOn: ({ over }) => !over }, context)

  let atLine = true
  const keep = async (bytes: Buffer): Promise<void> => {
    const framing = spool.large ? context.framing(label, bytes) : undefined
    const cut = spool.large ? recordStart(bytes, atLine, encoding, framing) : -1
    if (cut > 0) await append(spool, bytes.subarray(0, cut), report, stop.signal)
    if (cut !== -1) spool.roll()
    if (cut < bytes.length) await append(spool, bytes.subarray(Math.max(0, cut)), report, stop.signal)
    atLine = bytes.at(-1) === 10 && unitOf(encoding) === 1
  }
  const pump = async (): Promise<void> => {
    try {
      for await (const chunk of input) {
        await keep(typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer))
        spool.wake()
        while (spool.waiting > maxSpool && !stop.signal.aborted) await sleep(50, stop.signal)
        if (stop.signal.aborted) break
      }
    } catch (error) {
      if (!stop.signal.aborted) report(`standard input failed: ${String(error)}`)
    }
    if (!stop.signal.aborted) await spool.finish()
    spool.end()
    spool.wake()
  }
  if (!context.spools.takesIn) return source
  const pumping = pump()

  return {
    next: source.next,
    committed: source.committed,
    get caughtUp() {
      return source.caughtUp
    },
    files: source.files,
    async close() {
      stop.abort()
      input.destroy()
      await pumping
      await source.close()
    },
  }
}

/** Where a record begins in `bytes`, so that none is torn between two segments; -1 where none can be told to. */
const recordStart = (bytes: Buffer, atLine: boolean, encoding: Encoding, framing: Framing | undefined): number => {
  const first = atLine ? 0 : lineEnd(bytes, 0, encoding)
  if (framing === undefined || !framing.joins || first === -1) return first
  const reader = framing.begin()
  const told: number[] = []
  for (let at = first; ; ) {
    const next = lineEnd(bytes, at, encoding)
    if (next === -1) return -1
    const raw = bytes.subarray(at, next)
    const line = encoding === 'utf-8' ? raw : Buffer.from(decodeLine(raw, encoding).text)
    const end = line.length - (line.at(-2) === 13 ? 2 : 1)
    told.push(at)
    const starts = reader.starts(line, 0, end, raw.length)
    if (starts !== false && told.length > 1) return typeof starts === 'number' ? told.at(-starts - 1)! : at
    at = next
  }
}

const append = async (
  spool: SpoolShare,
  bytes: Uint8Array,
  report: (text: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  for (let told = false; !signal.aborted; told = true) {
    try {
      return await spool.append(bytes)
    } catch (error) {
      if (!told) report(`standard input could not be kept on disk (${String(error)}); it is tried again every second`)
      await sleep(retryAfter, signal)
    }
  }
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
