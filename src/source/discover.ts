import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, matchesGlob, resolve, sep } from 'node:path'
import { watch } from 'chokidar'

/** Why a path could not be looked at: told with the path by whoever asked. */
export interface Unseen {
  readonly path: string
  readonly code: string
}

export interface Discovered {
  /** Absolute paths that match and are not excluded, in order, each once. Links are not resolved. */
  readonly paths: readonly string[]
  readonly unseen: readonly Unseen[]
}

const magic = /[*?[\]{}!]/
const escaped = /\\(.)/g

/** The name a part of a pattern stands for, where it is not a glob: a backslash takes a character's meaning away. */
const literalOf = (part: string): string | undefined =>
  magic.test(part.replace(escaped, '')) ? undefined : part.replace(escaped, '$1')

/** Node's matcher knows no backslash; a class of one character says the same. */
const matches = (name: string, pattern: string): boolean =>
  matchesGlob(
    name,
    pattern.replace(escaped, (_, character: string) => (character === '!' ? '!' : `[${character}]`)),
  )

/** Absolute; where no glob character stands, the path itself. */
export const absolute = (pattern: string): string => resolve(pattern)

/** The part of a pattern before its first glob character: a directory to watch, and how many levels below it matter. */
const watched = (pattern: string): { readonly directory: string; readonly depth: number | undefined } => {
  const parts = pattern.split(sep)
  const at = parts.findIndex((part) => literalOf(part) === undefined)
  const fixed = (at === -1 ? parts.slice(0, -1) : parts.slice(0, at)).map((part) => literalOf(part)!)
  const directory = fixed.join(sep) || sep
  if (at === -1) return { directory, depth: 0 }
  return { directory, depth: parts.includes('**') ? undefined : parts.length - at - 1 }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)
const isAbsent = (code: string): boolean => code === 'ENOENT' || code === 'ENOTDIR'

/** Walks one pattern. Directories that are links are followed where one level is matched, not below `**` (loops). */
const walk = async (
  directory: string,
  parts: readonly string[],
  found: Set<string>,
  unseen: Unseen[],
): Promise<void> => {
  const [part, ...rest] = parts
  if (part === undefined) return
  const name = literalOf(part)
  if (name !== undefined) {
    const path = join(directory, name)
    if (rest.length > 0) return walk(path, rest, found, unseen)
    try {
      await stat(path)
      found.add(path)
    } catch (error) {
      if (!isAbsent(codeOf(error))) unseen.push({ path, code: codeOf(error) })
    }
    return
  }
  let entries: Awaited<ReturnType<typeof list>>
  try {
    entries = await list(directory)
  } catch (error) {
    if (!isAbsent(codeOf(error))) unseen.push({ path: directory, code: codeOf(error) })
    return
  }
  if (part === '**') {
    await walk(directory, rest, found, unseen)
    for (const entry of entries) {
      if (entry.isDirectory() && !entry.name.startsWith('.'))
        await walk(join(directory, entry.name), parts, found, unseen)
    }
    return
  }
  for (const entry of entries) {
    if (!matches(entry.name, part)) continue
    const path = join(directory, entry.name)
    if (rest.length === 0) {
      if (!entry.isDirectory()) found.add(path)
    } else if (entry.isDirectory() || entry.isSymbolicLink()) await walk(path, rest, found, unseen)
  }
}
const list = (directory: string) => readdir(directory, { withFileTypes: true })

/** Whether a path is one of those that `discover` looks for, there or not. */
export const covers = (patterns: readonly string[], exclude: readonly string[], path: string): boolean =>
  patterns.some((pattern) => literalOf(pattern) === path || matches(path, pattern)) && !isExcluded(exclude, path)

export const isExcluded = (exclude: readonly string[], path: string): boolean =>
  exclude.some((pattern) => matches(path, pattern))

/** Patterns: absolute globs (`*`, `?`, `[…]`, `{a,b}` within a level, `**` for any depth). */
export const discover = async (patterns: readonly string[], exclude: readonly string[]): Promise<Discovered> => {
  const found = new Set<string>()
  const unseen: Unseen[] = []
  for (const pattern of patterns) {
    const parts = pattern.split(sep)
    const root = parts[0] === '' ? sep : parts[0]! + sep
    await walk(root, parts.slice(1), found, unseen)
  }
  const kept = [...found].filter((path) => !isExcluded(exclude, path))
  return { paths: kept.sort(), unseen }
}

/** Paths in a directory, for siblings by rotation; none where it cannot be read. */
export const inside = async (directory: string): Promise<readonly string[]> => {
  const names = await readdir(directory).catch(() => [])
  return names.map((name) => join(directory, name))
}

export interface Watching {
  /** False once the system refused to watch (too many watches): only looking again finds what is new. */
  readonly works: boolean
  close(): Promise<void>
}

/**
 * Wakes on changes below the patterns. An event only says that it is worth looking: `changed` for a path that was
 * written to, `moved` for anything that appeared or went. Never which file is which.
 */
export const watchPatterns = (
  patterns: readonly string[],
  on: {
    readonly changed: (path: string) => void
    readonly moved: () => void
    readonly failed: (error: unknown) => void
  },
): Watching => {
  let works = true
  const byDepth = new Map<number | undefined, Set<string>>()
  for (const pattern of patterns) {
    const { directory, depth: levels } = watched(pattern)
    // For a directory that appears later the watcher counts its levels from the one above.
    const depth = levels === undefined || existsSync(directory) ? levels : levels + 1
    byDepth.set(depth, (byDepth.get(depth) ?? new Set()).add(directory))
  }
  const watchers = [...byDepth].map(([depth, directories]) =>
    watch([...directories], {
      atomic: false,
      ignoreInitial: true,
      ignorePermissionErrors: true,
      ...(depth === undefined ? {} : { depth }),
    })
      .on('change', (path) => on.changed(resolve(path)))
      .on('add', () => on.moved())
      .on('unlink', () => on.moved())
      .on('addDir', () => on.moved())
      .on('error', (error) => {
        if (works) on.failed(error)
        works = false
      }),
  )
  return {
    get works() {
      return works
    },
    async close() {
      await Promise.all(watchers.map((watcher) => watcher.close()))
    },
  }
}
