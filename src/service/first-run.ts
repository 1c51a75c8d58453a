import { readdirSync } from 'node:fs'
import { cannotReadText } from '../source/cannot-read-text.ts'
import { OperationError } from './control.ts'
import type { DefaultPath } from './default-paths.ts'
import { hasDemo } from './demo/state.ts'
import type { Config } from './load.ts'

export interface FirstRun {
  /** `goes on`: there was a demo on this data directory before. */
  readonly demo: 'no' | 'begins' | 'goes on'
  /** What to say of it, a sentence each. */
  readonly notes: readonly string[]
}

/** What a service that never ran may have left: it was stopped while it still prepared. */
const untouched = /^(lock|control\.sock|\.control-\d+\.sock)$/

const isEmpty = (directory: string): boolean => {
  try {
    return readdirSync(directory).every((name) => untouched.test(name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
    throw error
  }
}

const none = (notes: readonly string[] = []): FirstRun => ({ demo: 'no', notes })
const listed = (paths: readonly string[]): string =>
  `${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ` and ${paths.length - 3} more` : ''}`

/** Nothing is configured, so the default paths are what is followed. */
const onDefaults = (existing: readonly DefaultPath[], isRead: (pattern: string) => boolean): FirstRun => {
  const closed = new Map(existing.flatMap(({ path, code }) => (code === undefined ? [] : [[path, code] as const])))
  const read = existing.filter(({ pattern, code }) => code === undefined && isRead(pattern))
  if (read.length === 0 && closed.size > 0)
    throw new OperationError(
      3,
      [
        ...[...closed].slice(0, 10).map(([path, code]) => cannotReadText(path, code)),
        'There is nothing else to follow. To see Tailrace on the logs of a made-up shop instead: tailrace run --demo',
      ].join('\n'),
    )
  const later = existing.filter(({ pattern, code }) => code === undefined && !isRead(pattern)).map(({ path }) => path)
  return none(later.length === 0 ? [] : [`found ${listed(later)}, which this version does not read yet`])
}

/**
 * Whether this start is the demo: only where nothing is configured, none of the default paths exists (readable or
 * not) and the data directory is empty or holds a demo. `wanted`: `--demo` true, `--no-demo` false. Throws what the
 * command should end with: wrong usage (2), or default paths of which none can be read (3).
 */
export const firstRun = (
  config: Pick<Config, 'configured' | 'data'>,
  wanted: boolean | undefined,
  existing: readonly DefaultPath[],
  isRead: (pattern: string) => boolean,
): FirstRun => {
  if (config.configured) {
    if (wanted === true)
      throw new OperationError(
        2,
        '--demo has nothing to show where a store or a source is configured. Leave one of the two out',
      )
    return none()
  }
  if (wanted === true) return { demo: hasDemo(config.data) ? 'goes on' : 'begins', notes: [] }
  if (existing.length > 0) return onDefaults(existing, isRead)
  if (wanted !== false && hasDemo(config.data)) return { demo: 'goes on', notes: [] }
  if (wanted !== false && isEmpty(config.data)) return { demo: 'begins', notes: [] }
  return none([
    'nothing to follow: no source is configured and none of the default paths exists. Name files (tailrace run GLOB), set TAILRACE_NGINX_ACCESS, or write a tailrace.config.ts',
  ])
}
