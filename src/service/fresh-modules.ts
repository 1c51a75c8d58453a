import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A file that a configuration is made of: it, and what it imports, as far as it is the user's own. */
interface Own {
  /** Of its bytes when it was last imported; undefined: it was not there. */
  hash: string | undefined
  /** Of the file when it last held those bytes: as long as it stays, they need not be read. */
  stamp: string
  /** Part of its address: Node imports an address once, and forgets none. */
  version: number
  /** Imported by the program itself. */
  root: boolean
  readonly importers: Set<string>
}

/** `src/` in a clone, `dist/src/` in an installed package: what runs is not what is configured. */
const program = new URL('../', import.meta.url).href
const files = new Map<string, Own>()
let version = 0
let following = false

const hashOf = (path: string): string | undefined => {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('base64')
  } catch {
    return undefined
  }
}

const stampOf = (path: string): string => {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`
}

const isChanged = (path: string, own: Own): boolean => {
  const stamp = stampOf(path)
  if (stamp === own.stamp) return false
  if (hashOf(path) !== own.hash) return true
  own.stamp = stamp
  return false
}

const isOwn = (url: string): boolean =>
  url.startsWith('file:') && !url.startsWith(program) && !url.includes('/node_modules/')

const note = (path: string, importer: string | undefined): Own => {
  const own = files.get(path) ?? {
    stamp: stampOf(path),
    hash: hashOf(path),
    version,
    root: false,
    importers: new Set(),
  }
  files.set(path, own)
  if (importer === undefined) own.root = true
  else own.importers.add(importer)
  return own
}

/** From now on it is known which files a configuration is made of. Call it before the first of them is imported. */
export const followModules = (): void => {
  if (following) return
  following = true
  registerHooks({
    resolve(specifier, context, next) {
      const importer =
        context.parentURL !== undefined && isOwn(context.parentURL) ? fileURLToPath(context.parentURL) : undefined
      try {
        const found = next(specifier, context)
        if (!isOwn(found.url)) return found
        const path = fileURLToPath(found.url)
        const own = note(path, importer)
        const url = pathToFileURL(path)
        if (own.version > 0) url.searchParams.set('v', String(own.version))
        return { ...found, url: url.href }
      } catch (error) {
        // It may be there the next time.
        if (importer !== undefined && /^\.{0,2}\//.test(specifier))
          note(fileURLToPath(new URL(specifier, context.parentURL)), importer)
        throw error
      }
    },
  })
}

/** The files that a configuration is made of. */
export const configurationFiles = (): readonly string[] => [...files.keys()]

/** What the files that hold other bytes than were imported look like now; empty: none does. Costs a `stat` a file. */
export const changedModules = (): string =>
  [...files].flatMap(([path, own]) => (isChanged(path, own) ? [`${path} ${stampOf(path)}`] : [])).join('\n')

/**
 * Lets what changed be imported anew, and what imports it; all else stays as it is, the same objects. What Node once
 * imported it never gives back (about 30 KB a file): unchanged files must not cost that at each reload. `also`: a file
 * meant in any case; `all`: none is trusted, because the last import failed.
 */
export const renewModules = ({
  also,
  all = false,
}: {
  readonly also?: string | undefined
  readonly all?: boolean
}): void => {
  version++
  const wanting = [...files].flatMap(([path, own]) => (all || path === also || isChanged(path, own) ? [path] : []))
  const renewed = new Set<string>()
  for (let path = wanting.pop(); path !== undefined; path = wanting.pop()) {
    const own = files.get(path)
    if (own === undefined || renewed.has(path)) continue
    renewed.add(path)
    own.stamp = stampOf(path)
    own.hash = hashOf(path)
    own.version = version
    wanting.push(...own.importers)
    own.importers.clear()
  }
}

/** Forgets what nothing imports any more: a change of it is of no interest. */
export const dropUnusedModules = (): void => {
  for (let dropped = true; dropped; ) {
    dropped = false
    for (const [path, { root, importers }] of files) {
      if (root || importers.size > 0) continue
      dropped = files.delete(path)
      for (const own of files.values()) own.importers.delete(path)
    }
  }
}
