import { askControl } from './control.ts'
import type { EngineKind } from './engine-jars.ts'

export type { EngineKind } from './engine-jars.ts'

/** A real engine that other test files use at the same time: keep to indices under a prefix of your own. */
export interface Engine {
  readonly kind: EngineKind
  /** `http://127.0.0.1:PORT`, no trailing slash. */
  readonly url: string
}

/** A real engine of this test alone; data and address stay the same over `stop` and `start`. */
export interface OwnEngine extends Engine, AsyncDisposable {
  /** Resolves once it answers again. */
  start(): Promise<void>
  /** SIGTERM ends it in good order, SIGKILL at once. Resolves once the process is gone. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Ends it and deletes its data. */
  close(): Promise<void>
}

/**
 * The run's engine of that kind, started (some 5 s) when the first test asks. Guard the suite with `needs(kind)`, and
 * ask in a beforeAll with a timeout of 120 s.
 */
export async function engine(kind: EngineKind): Promise<Engine> {
  const { url } = await askControl<{ url: string }>('/engine', { kind })
  return { kind, url }
}

/** A private engine, for tests of outages and of settings (`'http.max_content_length': '1mb'`). */
export async function ownEngine(kind: EngineKind, settings: Record<string, string> = {}): Promise<OwnEngine> {
  const { id, url } = await askControl<{ id: string; url: string }>('/own', { kind, settings })
  const close = async () => {
    await askControl('/close', { id })
  }
  return {
    kind,
    url,
    start: async () => {
      await askControl('/start', { id })
    },
    stop: async (signal = 'SIGTERM') => {
      await askControl('/stop', { id, signal })
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
