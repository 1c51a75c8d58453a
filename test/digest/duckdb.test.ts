import { join } from 'node:path'
import { openDuckdb } from '../../src/store/duckdb/store.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { runDigestSuite } from './figures.ts'

runDigestSuite('duckdb', async () => {
  const directory = scratchDir('digest')
  const store = await openDuckdb({ path: join(directory.path, 'tailrace.duckdb') })
  return {
    store,
    cleanup: async () => {
      await store.close()
      directory.remove()
    },
  }
})
