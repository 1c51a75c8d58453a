import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, fillCache } from './cache.ts'
import { findCommand, runCommand } from './command.ts'

/** apt with package lists of its own, for a machine whose lists are missing or older than the archive. */
function ownLists(): string[] {
  const folder = cacheFolder('apt')
  for (const part of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, part), { recursive: true })
  const options = ['-o', `Dir::State::Lists=${join(folder, 'lists')}`, '-o', `Dir::Cache=${folder}`]
  runCommand('apt-get', [...options, 'update'])
  return options
}

/** The package and whatever it needs that this machine has not. */
function download(folder: string, packages: readonly string[], options: readonly string[]) {
  const plan = runCommand('apt-get', [...options, '-s', 'install', '--no-install-recommends', ...packages])
  const wanted = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] as string)
  // libc would have to match the machine's own loader.
  const names = new Set([...packages, ...wanted.filter((name) => name !== 'libc6')])
  runCommand('apt-get', [...options, 'download', ...names], { cwd: folder })
}

/** Unpacks Debian packages into a folder of the cache, without installing them: no script runs, nothing else changes. */
export async function unpackDebian(name: string, packages: readonly string[]): Promise<void> {
  await fillCache(name, (folder) => {
    if (!findCommand('apt-get') || !findCommand('dpkg')) {
      throw new Error(`${name} is not installed, and only Debian's packages can be unpacked here`)
    }
    try {
      download(folder, packages, [])
    } catch {
      download(folder, packages, ownLists())
    }
    for (const file of readdirSync(folder)) {
      if (file.endsWith('.deb')) runCommand('dpkg', ['-x', join(folder, file), join(folder, 'root')])
    }
  })
}

/** Environment in which programs under `root` find their libraries. */
export function libraryEnvironment(root: string): NodeJS.ProcessEnv {
  const found = ['usr/lib', 'lib'].flatMap((parent) => {
    try {
      return readdirSync(join(root, parent))
        .filter((entry) => entry.includes('-linux-gnu'))
        .map((entry) => join(root, parent, entry))
    } catch {
      return []
    }
  })
  return found.length === 0 ? process.env : { ...process.env, LD_LIBRARY_PATH: found.join(':') }
}
