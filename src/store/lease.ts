import type { SharedDocuments } from './shared.ts'

export interface LeaseOptions {
  readonly shared: SharedDocuments
  /** Id of its document. */
  readonly id: string
  /** Who asks: `id` is of this process alone. */
  readonly holder: { readonly id: string; readonly host: string }
  /** Milliseconds after which one that was not renewed is taken by another. Default 20 s. */
  readonly ttl?: number
  /** Milliseconds, two clocks: one that may be set, and one that may stand still while the machine sleeps. */
  readonly clocks?: { readonly wall: () => number; readonly steady: () => number }
  /** What its holder does. Default `analyses`. */
  readonly what?: string
  readonly changed: (held: boolean) => void
  /** A sentence for the operator. */
  readonly report: (text: string) => void
}

/**
 * One of several processes holds it, and knows when it does not any more. A holder counts from before it asked for the
 * renewal, and for two thirds of the time only; another takes it when it saw no renewal for the whole of it, by its own
 * clock. So no clocks are compared, and a process that was stopped, whose clock jumped or whose store was away finds
 * that it holds nothing before it does anything.
 */
export interface Lease {
  /** Asked before each thing that only the holder may do. */
  readonly held: boolean
  /** Host of whoever held it when that was last looked at. */
  readonly holder: string | undefined
  /** Why it could not be looked at the last time: perhaps nobody holds it. */
  readonly trouble: string | undefined
  start(): void
  /** Gives it back, so that another need not wait. */
  stop(): Promise<void>
}

interface Written {
  readonly holder: string
  readonly host: string
  /** Counts renewals: each write differs from the last. */
  readonly turn: number
  readonly released?: boolean
}

interface Moment {
  readonly wall: number
  readonly steady: number
}

export const createLease = ({ shared, id, holder, report, changed, ...options }: LeaseOptions): Lease => {
  const { ttl = 20_000, clocks = { wall: Date.now, steady: () => performance.now() }, what = 'analyses' } = options
  const patience = Math.round(ttl / 3)
  const now = (): Moment => ({ wall: clocks.wall(), steady: clocks.steady() })
  /** The longest that can have passed; endless where the clock was set back. */
  const since = ({ wall, steady }: Moment): number => {
    const [byWall, bySteady] = [clocks.wall() - wall, clocks.steady() - steady]
    return byWall < -1000 ? Number.POSITIVE_INFINITY : Math.max(byWall, bySteady)
  }
  const stopping = new AbortController()
  let version: string | undefined
  let renewed: Moment | undefined
  let turn = 0
  /** The document of another as it was last seen to change. */
  let seen: { readonly version: string; readonly steady: number } | undefined
  let host: string | undefined
  let told = false
  let away: string | undefined
  let timer: NodeJS.Timeout | undefined
  let watch: NodeJS.Timeout | undefined
  let work: Promise<void> = Promise.resolve()

  const isHeld = (): boolean => version !== undefined && renewed !== undefined && since(renewed) < (ttl * 2) / 3
  const tell = (): void => {
    const held = isHeld()
    if (held === told) return
    told = held
    changed(held)
  }
  const write = async (over: string | undefined, signal: AbortSignal): Promise<void> => {
    const at = now()
    const body: Written = { holder: holder.id, host: holder.host, turn: ++turn }
    version = await shared.put(id, { ...body }, over, signal)
    renewed = version === undefined ? undefined : at
    if (version !== undefined) host = holder.host
  }
  const look = async (signal: AbortSignal): Promise<void> => {
    const [there] = await shared.get([id], signal)
    if (there === undefined) return write(undefined, signal)
    const { holder: who, host: where, released } = there.body as unknown as Written
    host = where
    // Written by this process, and the answer was lost; or given back.
    if (who === holder.id || released === true) return write(there.version, signal)
    if (seen?.version !== there.version) {
      seen = { version: there.version, steady: clocks.steady() }
      return
    }
    if (clocks.steady() - seen.steady < ttl) return
    await write(there.version, signal)
    if (version !== undefined) report(`${where} has not renewed its lease; this instance ${what} now`)
  }
  const round = async (): Promise<void> => {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(patience)])
    try {
      if (version === undefined) await look(signal)
      else {
        await write(version, signal)
        if (version === undefined) await look(signal)
      }
      away = undefined
    } catch (error) {
      if (stopping.signal.aborted) return
      // Whether a write took effect is not known: the document says so the next time.
      if (!isHeld()) version = undefined
      const text = error instanceof Error ? error.message : String(error)
      if (away === undefined) report(`the lease cannot be looked at now: ${text}`)
      away = text
    } finally {
      tell()
    }
  }
  const next = (): void => {
    work = work.then(round).finally(() => {
      if (!stopping.signal.aborted) timer = setTimeout(next, ttl / 5)
    })
  }
  return {
    get held() {
      return isHeld()
    },
    get holder() {
      return host
    },
    get trouble() {
      return away
    },
    start() {
      watch = setInterval(tell, Math.min(250, ttl / 10))
      next()
    },
    async stop() {
      stopping.abort()
      clearTimeout(timer)
      clearInterval(watch)
      await work
      const over = isHeld() ? version : undefined
      version = undefined
      tell()
      if (over === undefined) return
      const body: Written = { holder: holder.id, host: holder.host, turn: ++turn, released: true }
      // One that is not given back is taken a little later.
      await shared.put(id, { ...body }, over, AbortSignal.timeout(patience)).catch(() => undefined)
    },
  }
}
