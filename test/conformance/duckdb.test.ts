import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDuckdb } from '../../src/store/duckdb/store.ts'
import { runStoreSuite } from './suite.ts'

runStoreSuite('duckdb', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-duckdb-'))
  const store = await openDuckdb({ path: join(directory, 'store', 'tailrace.duckdb') })
  return {
    store,
    cleanup: async () => {
      await store.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
})
