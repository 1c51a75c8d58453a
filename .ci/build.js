// Makes dist/, what the package carries: Node strips no types inside node_modules, so an installed Tailrace is
// JavaScript. Run by `npm pack` (prepack).
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')
const tsc = join(root, 'node_modules/typescript/bin/tsc')
rmSync(dist, { recursive: true, force: true })
try {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
} catch {
  rmSync(dist, { recursive: true, force: true })
  process.exit(1)
}

for (const folder of ['src', 'parsers', 'pipelines', 'dashboards']) {
  if (!existsSync(join(root, folder))) continue
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.ts') || entry.parentPath.endsWith(join('src', 'cli'))) continue
    const path = join(entry.parentPath, entry.name)
    cpSync(path, join(dist, path.slice(root.length)))
  }
}

// tsc rewrites the names in imports; a worker's file is named in a URL.
const workerFile = /(new URL\(\s*(['"])\.{1,2}\/[^'"]+)\.ts(\2,\s*import\.meta\.url\s*\))/g
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.js')) continue
  const path = join(entry.parentPath, entry.name)
  const code = readFileSync(path, 'utf8')
  const rewritten = code.replace(workerFile, '$1.js$3')
  if (rewritten !== code) writeFileSync(path, rewritten)
}
