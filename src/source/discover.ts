import { readdir, stat } from 'node:fs/promises'
import { join, matchesGlob, resolve, sep } from 'node:path'

/** Why a path could not be looked at: told with the path by whoever asked. */
export interface Unseen {
  readonly path: string
  readonly code: string
}

export interface Discovered {
  /** Absolute paths that match and are not excluded, in order, each once. Links are not resolved. */
  readonly paths: readonly string[]
  readonly unseen: readonly Unseen[]
  /** Directories in which something that matches may appear, there or not. */
  readonly directories: ReadonlySet<string>
}

interface Walk {
  readonly found: Set<string>
  readonly unseen: Unseen[]
  readonly directories: Set<string>
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

/** Whether a pattern is no glob but this path. */
export const isLiteral = (pattern: string, path: string): boolean => literalOf(pattern) === path

/** The directories before the first glob character of a pattern; of a path, the one it lies in. */
export const fixedDirectory = (pattern: string): string => {
  const parts = pattern.split(sep)
  const at = parts.findIndex((part) => literalOf(part) === undefined)
  const fixed = at === -1 ? parts.slice(0, -1) : parts.slice(0, at)
  return fixed.map((part) => literalOf(part)!).join(sep) || sep
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)
const isAbsent = (code: string): boolean => code === 'ENOENT' || code === 'ENOTDIR'

/** Walks one pattern. Directories that are links are followed where one level is matched, not below `**` (loops). */
const walk = async (directory: string, parts: readonly string[], into: Walk): Promise<void> => {
  const { found, unseen } = into
  const [part, ...rest] = parts
  if (part === undefined) return
  const name = literalOf(part)
  if (name !== undefined) {
    const path = join(directory, name)
    if (rest.length > 0) return walk(path, rest, into)
    into.directories.add(directory)
    try {
      await stat(path)
      found.add(path)
    } catch (error) {
      if (!isAbsent(codeOf(error))) unseen.push({ path, code: codeOf(error) })
    }
    return
  }
  into.directories.add(directory)
  let entries: Awaited<ReturnType<typeof list>>
  try {
    entries = await list(directory)
  } catch (error) {
    if (!isAbsent(codeOf(error))) unseen.push({ path: directory, code: codeOf(error) })
    return
  }
  if (part === '**') {
    await walk(directory, rest, into)
    for (const entry of entries) {
      if (entry.isDirectory() && !entry.name.startsWith('.')) await walk(join(directory, entry.name), parts, into)
    }
    return
  }
  for (const entry of entries) {
    if (!matches(entry.name, part)) continue
    const path = join(directory, entry.name)
    if (rest.length === 0) {
      if (!entry.isDirectory()) found.add(path)
    } else if (entry.isDirectory() || entry.isSymbolicLink()) await walk(path, rest, into)
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
  const into: Walk = { found: new Set(), unseen: [], directories: new Set() }
  for (const pattern of patterns) {
    const parts = pattern.split(sep)
    const root = parts[0] === '' ? sep : parts[0]! + sep
    await walk(root, parts.slice(1), into)
  }
  const kept = [...into.found].filter((path) => !isExcluded(exclude, path))
  return { paths: kept.sort(), unseen: into.unseen, directories: into.directories }
}

/** Paths in a directory, for siblings by rotation; none where it cannot be read. */
export const inside = async (directory: string): Promise<readonly string[]> => {
  const names = await readdir(directory).catch(() => [])
  return names.map((name) => join(directory, name))
}
