import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { makeDirectory, writeAtomic } from '../durable/file.ts'
import type { SharedDocuments } from '../store/shared.ts'

/** What an instance tells the one that analyses: how far each of its datasets is. */
interface Told {
  readonly host: string
  /** Dataset → milliseconds since 1970 before which all of it is stored; null: not known. */
  readonly positions: Readonly<Record<string, number | null>>
  /** What it stored late, the newest last: windows that were judged without it are judged again. Numbers only grow. */
  readonly late?: readonly Late[]
}

interface Late {
  readonly number: number
  readonly dataset: string
  /** Event time of the earliest, milliseconds since 1970. */
  readonly time: number
}
/** So many are told; an instance that judges hears them within some seconds. */
const mostLate = 64

export interface InstancesOptions {
  readonly shared: SharedDocuments
  /** Ids of the documents begin with it. */
  readonly prefix: string
  /** Of this data directory. */
  readonly id: string
  /** Datasets that are read here; empty: none, and nothing is told. */
  readonly datasets: () => readonly string[]
  readonly position: (datasets: readonly string[]) => number | undefined
  /** Dataset → earliest event time stored late since this was last asked, where another instance has to hear of it. */
  readonly takeLate?: () => ReadonlyMap<string, number>
  readonly report: (text: string) => void
  /** Milliseconds between two rounds. Default 5 s. */
  readonly every?: number
  /** Milliseconds after which an instance that tells nothing is forgotten. Default 1 h. */
  readonly forgetAfter?: number
}

/** The other services on the same store. */
export interface Instances {
  /** As `Positions.position`, over all of them. Undefined: one of them has not told yet. */
  position(datasets: readonly string[]): number | undefined
  /** What others told to be stored late since this was last asked. */
  takeLate(): ReadonlyMap<string, number>
  stop(): Promise<void>
}

/** Asked at once by several, the first makes it for all. */
const asked = new Map<string, Promise<string>>()

/** A name of this data directory that stays. */
export const instanceId = (state: string): Promise<string> => {
  const known = asked.get(state) ?? makeId(state).finally(() => asked.delete(state))
  asked.set(state, known)
  return known
}

const makeId = async (state: string): Promise<string> => {
  const path = join(state, 'instance')
  try {
    const id = readFileSync(path, 'utf8').trim()
    if (/^[0-9a-f-]{36}$/.test(id)) return id
  } catch {
    // The first start.
  }
  const id = randomUUID()
  await makeDirectory(state, 0o700)
  await writeAtomic(path, Buffer.from(`${id}\n`))
  return id
}

/** Tells how far this instance is, and hears how far the others are. */
export const startInstances = async (options: InstancesOptions): Promise<Instances> => {
  const { shared, prefix, id, datasets, position, takeLate = () => new Map(), report } = options
  const { every = 5000, forgetAfter = 3_600_000 } = options
  const listId = `${prefix}:instances`
  const idOf = (one: string): string => `${prefix}:instance:${one}`
  const stopping = new AbortController()
  let version: string | undefined
  let others: ReadonlyMap<string, { readonly told: Told; readonly version: string; readonly changed: number }> =
    new Map()
  let heard = false
  let late: readonly Late[] = []
  /** Of others: by dataset, and up to which number of each. */
  const heardLate = new Map<string, number>()
  const heardTo = new Map<string, number>()
  let failing = false
  let timer: NodeJS.Timeout | undefined
  let work: Promise<void> = Promise.resolve()

  const enlist = async (known: readonly string[], over: string | undefined, signal: AbortSignal): Promise<void> => {
    if (known.includes(id)) return
    await shared.put(listId, { ids: [...known, id] }, over, signal)
  }
  const tell = async (signal: AbortSignal): Promise<void> => {
    const own = datasets()
    if (own.length === 0) return
    const fresh = [...takeLate()].map(([dataset, time], i) => ({
      number: Math.max(Date.now(), (late.at(-1)?.number ?? 0) + 1) + i,
      dataset,
      time,
    }))
    late = [...late, ...fresh].slice(-mostLate)
    const told: Told = {
      host: hostname(),
      positions: Object.fromEntries(own.map((name) => [name, position([name]) ?? null])),
      ...(late.length === 0 ? {} : { late }),
    }
    if (version === undefined) version = (await shared.get([idOf(id)], signal))[0]?.version
    // Where somebody was faster it was this very instance, in its last life.
    version = await shared.put(idOf(id), { ...told }, version, signal)
  }
  const hear = async (signal: AbortSignal): Promise<void> => {
    const [list] = await shared.get([listId], signal)
    const ids = ((list?.body['ids'] ?? []) as readonly string[]).filter((one) => typeof one === 'string')
    if (datasets().length > 0) await enlist(ids, list?.version, signal)
    const now = performance.now()
    const rest = ids.filter((one) => one !== id)
    const found = await shared.get(rest.map(idOf), signal)
    const next = new Map<string, { told: Told; version: string; changed: number }>()
    for (const [i, one] of rest.entries()) {
      const document = found[i]
      if (document === undefined) continue
      const before = others.get(one)
      const changed = before?.version === document.version ? before.changed : now
      const told = document.body as unknown as Told
      for (const { number, dataset, time } of told.late ?? []) {
        if (number <= (heardTo.get(one) ?? 0)) continue
        heardTo.set(one, number)
        heardLate.set(dataset, Math.min(time, heardLate.get(dataset) ?? time))
      }
      if (now - changed < forgetAfter) next.set(one, { told, version: document.version, changed })
      else if (now - changed < forgetAfter + 2 * every)
        report(`${told.host} has told nothing of itself for long; rules no longer wait for what it reads`)
    }
    others = next
    heard = true
  }
  const round = async (): Promise<void> => {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(2 * every)])
    try {
      await tell(signal)
      await hear(signal)
      failing = false
    } catch (error) {
      if (!failing && !stopping.signal.aborted)
        report(
          `how far the other instances are is not known now: ${error instanceof Error ? error.message : String(error)}`,
        )
      failing = true
    }
  }
  const next = (): void => {
    work = round().finally(() => {
      if (!stopping.signal.aborted) timer = setTimeout(next, every)
    })
  }
  next()
  return {
    position(asked) {
      let least = datasets().some((name) => asked.includes(name)) ? position(asked) : Date.now()
      if (!heard) return undefined
      for (const { told } of others.values())
        for (const name of asked) {
          const at = told.positions[name]
          if (at === undefined) continue
          if (at === null || least === undefined) return undefined
          least = Math.min(least, at)
        }
      return least
    },
    takeLate() {
      const taken = new Map(heardLate)
      heardLate.clear()
      return taken
    },
    async stop() {
      stopping.abort()
      clearTimeout(timer)
      await work
    },
  }
}
