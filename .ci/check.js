// `npm run check`, by way of node.js beside it: everything but the tests. All steps run, so that one look shows all there is to mend.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const modules = join(root, 'node_modules')
const steps = [
  ['format and lint', '@biomejs/biome/bin/biome', 'check', '--error-on-warnings'],
  ['promises', 'oxlint/bin/oxlint', '--type-aware', '--deny-warnings'],
  ['types', 'typescript/bin/tsc', '-p', '.'],
  ['dead code', 'knip/bin/knip.js', '--no-progress'],
  ['import law and documents', 'vitest/vitest.mjs', 'run', 'test/architecture.test.ts', 'test/docs.test.ts'],
]

const failed = steps.filter(([name, program, ...args]) => {
  console.log(`\n── ${name}`)
  // oxlint looks for its type checker in PATH.
  const env = { ...process.env, PATH: `${join(modules, '.bin')}:${process.env.PATH}` }
  return (
    spawnSync(process.execPath, [join(modules, program), ...args], { cwd: root, env, stdio: 'inherit' }).status !== 0
  )
})
console.log(failed.length === 0 ? '\nall checks hold' : `\nfailed: ${failed.map(([name]) => name).join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
