import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Generation, openGenerations } from '../source/generation.ts'
import { identityOf } from '../source/identity.ts'
import type { SourceRow } from './context.ts'
import type { Config } from './load.ts'

/** The file's size, where it still is the one that was followed. */
const sizeOf = ({ path, device, inode }: Generation): number | undefined => {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined) return undefined
    const now = identityOf(stats)
    return now.device === device && now.inode === inode ? Number(stats.size) : undefined
  } catch {
    return undefined
  }
}

/** What the last service followed and how far it came, as far as can be told while none runs. */
export const stoppedSources = async (
  config: Config,
  checkpoints: ReadonlyMap<string, number>,
  report: (text: string) => void,
): Promise<readonly SourceRow[]> => {
  const directory = join(config.data, 'checkpoints', 'generations')
  if (!existsSync(directory)) return []
  const generations = await openGenerations(directory, { report, readOnly: true })
  try {
    return generations.all().flatMap((generation) => {
      const { key, source, path, begin, gone } = generation
      const offset = Math.max(begin, checkpoints.get(key) ?? 0)
      const size = sizeOf(generation)
      if (gone !== undefined && size === undefined) return []
      const lag = Math.max(0, (size ?? generation.size) - offset)
      return [
        {
          id: key,
          path,
          offset,
          size: size ?? generation.size,
          lag_bytes: lag,
          lag_seconds: 0,
          state: size === undefined ? 'deleted' : 'stopped',
          source,
          read: offset,
        },
      ]
    })
  } finally {
    await generations.close()
  }
}
