import { join } from 'node:path'
import { type Line, type Log, logs } from './answer.ts'
import { createIncidents } from './incident.ts'
import { type LogFile, openLogFile } from './log-file.ts'
import { createShop } from './shop.ts'
import { clfTimeOf } from './stamp.ts'
import { demoDirectory, startDemoState } from './state.ts'

export interface DemoOptions {
  readonly data: string
  /** Logs that a parser is there for; the others are not written. */
  readonly wanted: (log: Log) => boolean
  readonly clock: () => number
  /** Bytes written and not yet read: above a limit the shop waits, so that rotation takes nothing away unread. */
  readonly unread: () => number
  /** Told once a trouble and once when it is over. */
  readonly report: (text: string) => void
  /** Milliseconds of the past that are written on the first start, and at most after a pause. */
  readonly history?: number
  /** Bytes after which a log is rotated. */
  readonly rotateAt?: number
}

/** The shop's programs, writing. */
export interface Demo {
  /** Goes on writing as time passes. */
  start(): void
  stop(): void
}

/** An hour for charts, and what anomaly rules need to have something to compare with. */
const usualHistory = 66 * 60_000
const keep = 3
const tick = 250
const mostUnread = 64 << 20

/** When the last line was written; undefined where nothing was. */
const lastOf = (file: LogFile): number | undefined => {
  const times = file
    .end(16_384)
    .split('\n')
    .map(clfTimeOf)
    .filter((at) => at !== undefined)
  return times.length === 0 ? undefined : Math.max(...times)
}

/** Writes what the shop's logs would hold by now, lines of the past with their own times. */
export const createDemo = (options: DemoOptions): Demo => {
  const { data, clock, report, history = usualHistory, rotateAt = 24 << 20 } = options
  const now = clock()
  const { seed, starts } = startDemoState(data, now)
  const files = new Map(
    logs.filter(options.wanted).map((log) => [log, openLogFile(join(demoDirectory(data), log), keep)]),
  )
  const access = files.get('nginx/access.log')
  const last = access === undefined ? undefined : lastOf(access)
  const from = Math.max(last === undefined ? 0 : Math.floor(last / 1000) + 1, Math.floor((now - history) / 1000))
  const shop = createShop(seed, createIncidents(starts), from)
  let second = from
  let waiting: Line[] = []
  let trouble = false

  /** Why one of the logs could not be written to. */
  const write = (lines: readonly Line[]): unknown =>
    [...files]
      .map(([log, file]) => file.append(lines.flatMap((one) => (one.log === log ? [`${one.text}\n`] : [])).join('')))
      .find((refused) => refused !== undefined)
  const writeUntil = (at: number): unknown => {
    // What a full disk refused goes first; the shop stands still until then.
    const refused = write([])
    if (refused !== undefined) return refused

    if (second * 1000 < at - history) second = Math.floor((at - history) / 1000)
    while (second * 1000 <= at) waiting.push(...shop.linesOf(second++))
    const due = waiting.filter((line) => line.at <= at)
    waiting = waiting.filter((line) => line.at > at)
    return write(due)
  }
  const rotate = (): void => {
    for (const file of files.values()) if (file.size > rotateAt) file.rotate()
  }
  const writeAndRotate = (): unknown => {
    try {
      const refused = writeUntil(clock())
      if (refused === undefined) rotate()
      return refused
    } catch (error) {
      return error
    }
  }
  writeUntil(now)

  let timer: NodeJS.Timeout | undefined
  return {
    start() {
      timer = setInterval(() => {
        if (options.unread() > mostUnread) return
        const refused = writeAndRotate()
        if (refused !== undefined && !trouble)
          report(`the demo cannot write its logs (${String(refused)}); it tries again`)
        if (refused === undefined && trouble) report('the demo writes its logs again')
        trouble = refused !== undefined
      }, tick)
    },
    stop() {
      clearInterval(timer)
      for (const file of files.values()) file.close()
    },
  }
}
