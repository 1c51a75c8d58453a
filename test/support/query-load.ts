import { setTimeout as sleep } from 'node:timers/promises'
import { openMysql } from '../../fixtures/recipes/mysql-client.ts'

export interface QueryLoad {
  /** Statements answered so far. */
  readonly answered: number
  /** Sends no more; resolves with the number of statements, called `load_0` and on, once all are answered. */
  stop(): Promise<number>
}

/** Statements whose text is a trap for who cuts a slow log into records; each names a column `load_<number>`. */
const statements: readonly ((name: string) => string)[] = [
  (name) => `SELECT 1 AS ${name}`,
  (name) => `SELECT\n  2\n  AS ${name}`,
  (name) => `SELECT '# Time: 261127 10:00:00\n# User@Host: nobody[nobody] @ [1.2.3.4]\n# Query_time: 9' AS ${name}`,
  (name) => `SELECT '慢查询 \u{1f40c}', 'it''s' AS ${name} -- end`,
  (name) => `SELECT /* SET timestamp=1; */ 'a;\nSET timestamp=2;\nselect 3;' AS ${name}`,
  (name) => `SELECT '${'x'.repeat(3000)}' AS ${name}`,
  (name) => `SELECT no_such_function(1) AS ${name}`,
]

/** Runs numbered statements over a few connections to a MariaDB's socket until told to stop. */
export const startQueryLoad = async (socket: string, width = 3): Promise<QueryLoad> => {
  let next = 0
  let answered = 0
  let stopping = false
  let failure: unknown
  const clients = await Promise.all(
    Array.from({ length: width }, () => openMysql({ path: socket }, { user: 'root', database: 'mysql' })),
  )
  const workers = Promise.all(
    clients.map(async (client) => {
      while (!stopping) {
        const number = next++
        await client.query(statements[number % statements.length]!(`load_${number}`))
        answered++
        await sleep(10)
      }
      await client.quit()
    }),
  ).catch((error: unknown) => {
    failure = error
    stopping = true
  })
  return {
    get answered() {
      if (failure !== undefined) throw failure
      return answered
    },
    async stop() {
      stopping = true
      await workers
      if (failure !== undefined) throw failure
      return answered
    },
  }
}
