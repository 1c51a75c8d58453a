import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import type { Candidate } from './candidate.ts'
import { fixedDirectory, isLiteral } from './discover.ts'
import { identityOf, idOf } from './identity.ts'
import { type Tailing, tellOnce } from './tailing.ts'

const real = (path: string): string | undefined => {
  try {
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}

const isBelow = (path: string, directory: string): boolean =>
  path.startsWith(directory.endsWith(sep) ? directory : directory + sep)

/** A person named this file. */
export const isAdopted = ({ context, name }: Tailing, origin: string, path: string): boolean =>
  context.generations
    .index(name)
    .named(origin)
    .some(({ adopted }) => adopted === path)

/** Whether whoever made this link, and those it leads over, may decide what is read: root, or the user who runs this. */
const isTrusted = (path: string): boolean => {
  const self = process.getuid?.()
  let at = path
  for (let hops = 0; hops < 40; hops++) {
    const stats = lstatSync(at, { throwIfNoEntry: false })
    if (stats === undefined) return false
    if (!stats.isSymbolicLink()) return true
    if (self !== undefined && stats.uid !== 0 && stats.uid !== self) return false
    at = resolve(dirname(at), readlinkSync(at))
  }
  return false
}

/**
 * Whether a file that was found under a followed directory lies elsewhere: who may write into that directory must not
 * choose which files are read with the rights of Tailrace. A link within the directories the patterns begin with, or into
 * one of `within`, is followed; any other only where the pattern is the path itself. Judged by the file that is open,
 * so that a link which is turned meanwhile gains nothing.
 */
export const leadsOutside = (tailing: Tailing, { path, identity, origin }: Candidate): boolean => {
  if (tailing.hooks.owned || isAdopted(tailing, origin, path)) return false
  const target = real(path)
  const stats = target === undefined ? undefined : statSync(target, { bigint: true, throwIfNoEntry: false })
  // Turned just now: looked at again.
  if (target === undefined || stats === undefined || idOf(identityOf(stats)) !== idOf(identity)) {
    tailing.scanWanted = true
    return true
  }
  const roots = [...tailing.patterns.map(fixedDirectory), ...tailing.within].map((root) => real(root) ?? root)
  const named = tailing.patterns.some((pattern) => isLiteral(pattern, path))
  if (target === path || roots.some((root) => isBelow(target, root)) || (named && isTrusted(path))) {
    tailing.refused.delete(path)
    return false
  }
  tailing.refused.add(path)
  tellOnce(tailing, `outside ${path} ${target}`, {
    kind: 'outside',
    path,
    text: `${path} leads to ${target}, outside what is followed, and is not read; name the directory it leads to with follow({ within: [...] }) if it may be`,
  })
  return true
}
