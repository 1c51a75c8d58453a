import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'

const major = Number(process.versions.node.split('.')[0])
if (major < 26) {
  throw new Error(`The tests run on Node 26 or newer; this is ${process.version}. Start them with: npm test`)
}

const slow = 'test/**/*.slow.test.ts'
const fast = 'test/**/*.test.ts'

/** `--mode all` adds the slow suites, `--mode slow` runs only them. */
export default defineConfig(({ mode }) => ({
  resolve: { alias: { tailrace: join(import.meta.dirname, 'src/index.ts') } },
  test: {
    include: mode === 'slow' ? [slow] : [fast],
    exclude: mode === 'slow' || mode === 'all' ? configDefaults.exclude : [...configDefaults.exclude, slow],
    globalSetup: ['./test/support/setup.ts'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 100_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 30_000 } },
    env: { TZ: 'UTC' },
  },
}))
