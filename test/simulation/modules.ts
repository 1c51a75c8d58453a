import * as realFs from 'node:fs'
import * as realPromises from 'node:fs/promises'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { resolveTailrace } from '../../src/cli/resolve.ts'
import { createGunzip } from './gunzip.ts'
import type { SimulatedFs } from './node-fs.ts'
import { here } from './world.ts'

/**
 * Slips the simulated world under the real code: whatever a file of `src/` imports of the system is one of these
 * instead. The code is not changed, and what the simulation does not know throws, so that nothing of `src/` can reach
 * the real disk unnoticed.
 */
const source = fileURLToPath(new URL('../../src/', import.meta.url))
const beside = (name: string): string => new URL(name, import.meta.url).href

const replaced: Readonly<Record<string, string>> = {
  '@elastic/elasticsearch': beside('./elastic-client.ts'),
  '@elastic/transport': beside('./elastic-client.ts'),
  '../store/duckdb/store.ts': beside('./embedded.ts'),
}
const tables = ['node:fs', 'node:fs/promises', 'node:timers/promises', 'node:crypto', 'node:os', 'node:zlib'] as const
type Table = Readonly<Record<string, unknown>>
const isTable = (specifier: string): specifier is (typeof tables)[number] =>
  (tables as readonly string[]).includes(specifier)
const scheme = 'simulated:'

let files: SimulatedFs | undefined
/** The disk that `node:fs` works on from now on. */
export const mount = (mounted: SimulatedFs): void => {
  files = mounted
}

const mounted = (): SimulatedFs => {
  if (files === undefined) throw new Error('no disk is mounted')
  return files
}
/** Functions looked up when they are called, as each seed has a disk of its own. */
const lateTable = (name: string, known: Table, of: () => Table): Table =>
  Object.fromEntries(
    Object.entries(known).map(([key, real]) => {
      if (typeof real !== 'function') return [key, real]
      const late = (...given: unknown[]): unknown => {
        const simulated = of()[key]
        if (typeof simulated !== 'function')
          throw new Error(`the simulation has no ${name}.${key}: add it to test/simulation/node-fs.ts`)
        return (simulated as (...given: unknown[]) => unknown)(...given)
      }
      return [key, Object.assign(late, { native: late })]
    }),
  )

const randomBytes = (count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, () => here().random.between(0, 255)))

const tableOf = async (name: (typeof tables)[number]): Promise<Table> => {
  switch (name) {
    case 'node:fs': {
      const table: Record<string, unknown> = { ...lateTable(name, realFs, () => mounted().sync) }
      const { promisify } = await import('node:util')
      const promised = (...given: unknown[]): unknown =>
        (mounted().sync['read'] as { [promisify.custom]: (...given: unknown[]) => unknown })[promisify.custom](...given)
      Object.defineProperty(table['read'], promisify.custom, { value: promised })
      return table
    }
    case 'node:fs/promises':
      return lateTable(name, realPromises, () => mounted().promises)
    case 'node:timers/promises':
      return {
        setTimeout: (ms: number, value?: unknown, { signal }: { readonly signal?: AbortSignal } = {}) =>
          new Promise((resolve, reject) => {
            if (signal?.aborted) return reject(signal.reason)
            const off = here().after(ms, () => resolve(value), here().life)
            const stop = (): void => {
              off()
              reject(signal?.reason)
            }
            signal?.addEventListener('abort', stop, { once: true })
          }),
        setImmediate: (value?: unknown) => new Promise((resolve) => here().after(0, () => resolve(value), here().life)),
        setInterval: () => {
          throw new Error('the simulation has no setInterval of node:timers/promises')
        },
      }
    case 'node:crypto':
      return { ...(await import('node:crypto')), randomBytes }
    case 'node:zlib':
      return { ...(await import('node:zlib')), createGunzip }
    case 'node:os':
      return { ...(await import('node:os')), hostname: () => 'simulated' }
  }
}

const RealDate = Date
// lib.dom declares it for browsers.
declare const WebAssembly: { readonly Memory: new (limits: object) => object }
const RealMemory = WebAssembly.Memory
class SimulatedDate extends RealDate {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(here().now)
    else super(...(given as [number]))
  }
  static override now(): number {
    return Math.floor(here().now)
  }
}

class Timer {
  readonly off: () => void
  constructor(off: () => void) {
    this.off = off
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
  hasRef(): boolean {
    return true
  }
}

/** From here on timers, time and chance are the world's, for everything in this process that is loaded after. */
const replaceGlobals = (): void => {
  const timer = (run: (...given: unknown[]) => void, ms = 1, ...given: unknown[]): Timer =>
    new Timer(here().after(Math.max(1, ms), () => run(...given), here().life))
  const clear = (given: Timer | undefined): void => given?.off()
  Object.assign(globalThis, {
    Date: SimulatedDate,
    setTimeout: timer,
    clearTimeout: clear,
    setImmediate: (run: (...given: unknown[]) => void, ...given: unknown[]) =>
      new Timer(here().after(0, () => run(...given), here().life)),
    clearImmediate: clear,
  })
  Math.random = () => here().random.next()
  performance.now = () => here().now
  // A memory made anew in each life has V8 collect garbage each time; only one life is lived at once.
  let memory: object | undefined
  const oneMemory = new Proxy(RealMemory, { construct: (Real, given) => (memory ??= new Real(...(given as [object]))) })
  Object.assign(globalThis, { WebAssembly: { ...WebAssembly, Memory: oneMemory } })
}

/** A change of the code, to see whether the simulation finds it out. */
export interface Mutation {
  /** From the root of the project: `src/durable/journal.ts`. */
  readonly file: string
  readonly text: string
  readonly by: string
}

const mutated = (source: string, { file, text, by }: Mutation): string => {
  if (text === '' || !source.includes(text)) throw new Error(`${file} does not hold ${JSON.stringify(text)}`)
  return source.replaceAll(text, by)
}

export const simulateModules = async (mutation?: Mutation): Promise<void> => {
  resolveTailrace()
  const known = new Map<string, Table>()
  for (const name of tables) known.set(name, await tableOf(name))
  const given = globalThis as typeof globalThis & { simulatedModules?: ReadonlyMap<string, Table> }
  given.simulatedModules = known
  registerHooks({
    resolve(specifier, context, next) {
      const inSource =
        context.parentURL?.startsWith('file:') === true && fileURLToPath(context.parentURL).startsWith(source)
      if (!inSource) return next(specifier, context)
      if (isTable(specifier)) return { url: scheme + specifier, shortCircuit: true }
      const other = replaced[specifier]
      return other === undefined ? next(specifier, context) : { url: other, shortCircuit: true }
    },
    load(url, context, next) {
      if (mutation !== undefined && url.endsWith(`/${mutation.file}`)) {
        const loaded = next(url, context)
        return { ...loaded, source: mutated(String(loaded.source), mutation) }
      }
      if (!url.startsWith(scheme)) return next(url, context)
      const name = url.slice(scheme.length)
      const names = Object.keys(known.get(name)!).filter((key) => /^[\w$]+$/.test(key) && key !== 'default')
      const text = `const table = globalThis.simulatedModules.get(${JSON.stringify(name)})
export default table
${names.map((key) => `export const ${key} = table.${key}`).join('\n')}`
      return { format: 'module', source: text, shortCircuit: true }
    },
  })
  replaceGlobals()
}
