import { openSpool, type Spool, type SpoolOptions } from './spool.ts'

/** A spool as one of its readers sees it. */
export interface SpoolShare
  extends Pick<Spool, 'append' | 'seen' | 'roll' | 'large' | 'finish' | 'visible' | 'isComplete' | 'damage'> {
  /** All records of a segment are committed here. True: by every reader, and it goes. */
  release(path: string): boolean
  /** Bytes that are not released here. */
  readonly waiting: number
  /** Whoever takes the input in says that no more comes. */
  readonly over: boolean
  end(): void
  /** Tells every reader that there is something new. */
  wake(): void
  /** The spool closes with its last share. */
  close(): Promise<void>
}

/** The spools of a service, as the pipelines into one of its stores see them. */
export interface Spools {
  /** Under which each source has a directory of its own. */
  readonly directory: string
  /** These pipelines take in what is pushed; others only read what was kept. */
  readonly takesIn: boolean
  /** Opens a spool, or joins whoever has it open; `woken`: there is something new. */
  open(directory: string, options: Omit<SpoolOptions, 'readers'>, woken: () => void): Promise<SpoolShare>
}

interface Shared {
  readonly spool: Promise<Spool>
  readonly listeners: Set<() => void>
  over: boolean
}

/**
 * What is pushed comes once, and is kept once: each store's pipelines read it from there at their own pace. `readers`: the
 * stores by name; the first one's pipelines take it in.
 */
export const createSpools = (directory: string, readers: readonly [string, ...string[]]) => {
  const open = new Map<string, Shared>()
  const closing = new Map<string, Promise<void>>()
  return (reader: string): Spools => {
    const takesIn = reader === readers[0]
    return {
      directory,
      takesIn,
      async open(path, options, woken) {
        const shared: Shared = open.get(path) ?? {
          spool: Promise.resolve(closing.get(path)).then(() => openSpool(path, { ...options, readers })),
          listeners: new Set(),
          over: false,
        }
        open.set(path, shared)
        shared.listeners.add(woken)
        const leave = (): boolean => {
          shared.listeners.delete(woken)
          if (shared.listeners.size > 0) return false
          open.delete(path)
          return true
        }
        const spool = await shared.spool.catch((error: unknown) => {
          leave()
          throw error
        })
        if (takesIn) {
          spool.limit(options.maxBytes ?? Number.POSITIVE_INFINITY)
          shared.over = false
        }
        return {
          append: spool.append,
          seen: spool.seen,
          roll: spool.roll,
          get large() {
            return spool.large
          },
          finish: spool.finish,
          visible: spool.visible,
          isComplete: spool.isComplete,
          damage: spool.damage,
          release: (segment) => spool.release(segment, reader),
          get waiting() {
            return spool.waiting(reader)
          },
          get over() {
            return shared.over
          },
          end() {
            shared.over = true
          },
          wake() {
            for (const listener of shared.listeners) listener()
          },
          async close() {
            if (!leave()) return
            const closed = spool.close().finally(() => closing.delete(path))
            // Whoever opens it next waits, and need not mind how it went.
            closing.set(
              path,
              closed.catch(() => undefined),
            )
            await closed
          },
        }
      },
    }
  }
}
