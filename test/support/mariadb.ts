import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheFolder, isCached } from './cache.ts'
import { findCommand, runCommand } from './command.ts'
import { libraryEnvironment, unpackDebian } from './debian.ts'
import { scratchDir } from './scratch-dir.ts'
import { startServer } from './server-process.ts'
import { waitUntil } from './wait-until.ts'

const root = join(cacheFolder('mariadb'), 'root')

interface Programs {
  readonly server: string
  readonly client: string
  readonly install: string
  readonly basedir: string
}

function findMariadb(): Programs | undefined {
  if (isCached('mariadb')) {
    return {
      server: join(root, 'usr/sbin/mariadbd'),
      client: join(root, 'usr/bin/mariadb'),
      install: join(root, 'usr/bin/mariadb-install-db'),
      basedir: join(root, 'usr'),
    }
  }
  const [server, client, install] = ['mariadbd', 'mariadb', 'mariadb-install-db'].map(findCommand)
  if (!server || !client || !install) return undefined
  return { server, client, install, basedir: dirname(dirname(install)) }
}

export const mariadbMissing = (): string | undefined =>
  findMariadb() ? undefined : 'not installed and not unpacked yet'

export async function bringMariadb(): Promise<void> {
  if (!findMariadb()) await unpackDebian('mariadb', ['mariadb-server-core', 'mariadb-client-core'])
}

export interface MariadbOptions {
  /** Path of the slow log; default: in a folder of its own, deleted on stop. */
  readonly slowLog?: string
  /** Seconds; default 0: every statement is slow. */
  readonly longQueryTime?: number
  /** More lines of `[mariadb]`, e.g. `log_slow_verbosity=query_plan,explain`. */
  readonly settings?: readonly string[]
}

export interface Mariadb extends AsyncDisposable {
  readonly socket: string
  readonly slowLog: string
  readonly errorLog: string
  /** Runs SQL through the client and gives its tab-separated output, without a header. */
  sql(text: string, options?: { database?: string; user?: string }): string
  /** What logrotate does: renames the slow log to `to` (default `slow.log.1`), then FLUSH SLOW LOGS. */
  rotate(to?: string): string
  stop(): Promise<void>
}

/** A real MariaDB on a socket of its own, no port; guard the suite with `needs('mariadb')`. */
export async function startMariadb(options: MariadbOptions = {}): Promise<Mariadb> {
  const programs = findMariadb()
  if (!programs) throw new Error('MariaDB is missing: npm run test:bring')
  const dir = scratchDir('tailrace-mariadb')
  const env = libraryEnvironment(root)
  const slowLog = options.slowLog ?? join(dir.path, 'logs/slow.log')
  const errorLog = join(dir.path, 'error.log')
  const socket = join(dir.path, 'mariadb.sock')
  const temporary = join(dir.path, 'tmp')
  for (const folder of [dirname(slowLog), temporary]) mkdirSync(folder, { recursive: true })
  const config = join(dir.path, 'my.cnf')
  writeFileSync(
    config,
    `[mariadb]
basedir=${programs.basedir}
datadir=${join(dir.path, 'data')}
tmpdir=${temporary}
socket=${socket}
pid-file=${join(dir.path, 'mariadb.pid')}
log-error=${errorLog}
lc-messages-dir=${join(programs.basedir, 'share/mysql')}
plugin-dir=${join(programs.basedir, 'lib/mysql/plugin')}
skip-networking
slow_query_log=1
slow_query_log_file=${slowLog}
long_query_time=${options.longQueryTime ?? 0}
log_queries_not_using_indexes=0
innodb_buffer_pool_size=32M
innodb_log_file_size=8M
innodb_flush_log_at_trx_commit=0
performance_schema=0
${process.getuid?.() === 0 ? 'user=root' : ''}
${(options.settings ?? []).join('\n')}
`,
  )
  const install = [`--defaults-file=${config}`, '--auth-root-authentication-method=normal', '--skip-test-db']
  runCommand(programs.install, [...install, `--basedir=${programs.basedir}`], { env, cwd: dir.path })
  const server = await startServer(programs.server, [`--defaults-file=${config}`], { env, folder: dir.path })
  const sql: Mariadb['sql'] = (text, { database, user = 'root' } = {}) =>
    runCommand(
      programs.client,
      ['--no-defaults', '-S', socket, '-u', user, '-N', '-B', ...(database ? [database] : []), '-e', text],
      { env },
    )
  await waitUntil('MariaDB answers', () => {
    if (!server.running) throw new Error(`MariaDB ended: ${server.output()}`)
    return sql('select 1').trim() === '1'
  })
  const stop = async () => {
    await server.stop()
    dir.remove()
  }
  const rotate = (to = `${slowLog}.1`) => {
    renameSync(slowLog, to)
    sql('flush slow logs')
    return to
  }
  return { socket, slowLog, errorLog, sql, rotate, stop, [Symbol.asyncDispose]: stop }
}
