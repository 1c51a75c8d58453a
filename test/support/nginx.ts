import { copyFileSync, mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, isCached } from './cache.ts'
import { findCommand } from './command.ts'
import { libraryEnvironment, unpackDebian } from './debian.ts'
import { freePort } from './free-port.ts'
import { scratchDir } from './scratch-dir.ts'
import { startServer } from './server-process.ts'
import { waitUntil } from './wait-until.ts'

const root = join(cacheFolder('nginx'), 'root')

function findNginx(): string | undefined {
  return findCommand('nginx') ?? (isCached('nginx') ? join(root, 'usr/sbin/nginx') : undefined)
}

export const nginxMissing = (): string | undefined => (findNginx() ? undefined : 'not installed and not unpacked yet')

export async function bringNginx(): Promise<void> {
  if (!findNginx()) await unpackDebian('nginx', ['nginx'])
}

export interface NginxOptions {
  /** nginx's `log_format` text (with or without `escape=…`); default: the built-in `combined`. */
  readonly logFormat?: string
  /** Folder of the logs, made where it is missing; default: one of its own, deleted on stop. */
  readonly logDir?: string
  /** Lines put into `http { … }` (upstreams, maps). */
  readonly http?: string
  /** Lines put into `server { … }` (locations, `proxy_pass`, TLS); `location /` answers 200 unless one is here. */
  readonly server?: string
  /** Level of the error log; default `info`. */
  readonly errorLevel?: string
  /** `listen` lines beside the plain one, e.g. `listen 127.0.0.1:8443 ssl;` goes into `server`. */
  readonly port?: number
}

export interface Nginx extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, no trailing slash. */
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly accessLog: string
  readonly errorLog: string
  /** What logrotate does: renames the access log to `to` (default `access.log.1`), then USR1; resolves once reopened. */
  rotate(to?: string): Promise<string>
  /**
   * logrotate's `copytruncate`: copies the access log to `to` and empties it. nginx stands still meanwhile, since what is
   * written between the two steps is in no file any more: a loss of logrotate's that no reader can make good.
   */
  copyTruncate(to?: string): Promise<string>
  /** Runs a task while nginx stands still (SIGSTOP), its children too. */
  standing(task: () => Promise<void>): Promise<void>
  /** HUP reads the configuration again, USR1 opens the logs again. */
  signal(signal: 'SIGHUP' | 'SIGUSR1'): void
  /** Ends it after open requests are answered, so that every log line is written. */
  stop(): Promise<void>
}

/** A real nginx on a free port of 127.0.0.1; guard the suite with `needs('nginx')`. */
export async function startNginx(options: NginxOptions = {}): Promise<Nginx> {
  const program = findNginx()
  if (!program) throw new Error('nginx is missing: npm run test:bring')
  const dir = scratchDir('tailrace-nginx')
  const logs = options.logDir ?? join(dir.path, 'logs')
  mkdirSync(logs, { recursive: true })
  const port = options.port ?? (await freePort())
  const accessLog = join(logs, 'access.log')
  const errorLog = join(logs, 'error.log')
  const pidFile = join(dir.path, 'nginx.pid')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(dir.path, name)};`)
    .join('\n')
  const format = options.logFormat
  const quoted = format?.replace(/^(escape=\w+\s+)?/, '').replaceAll("'", "\\'")
  const escaping = format ? (/^escape=\w+\s/.exec(format)?.[0] ?? '') : ''
  const location = /location\s+\/\s*\{/.test(options.server ?? '') ? '' : 'location / { return 200 "ok\\n"; }'
  writeFileSync(
    join(dir.path, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${pidFile};
error_log ${errorLog} ${options.errorLevel ?? 'info'};
events { worker_connections 512; }
http {
${temporary}
${format === undefined ? '' : `log_format tested ${escaping}'${quoted}';`}
access_log ${accessLog}${format === undefined ? '' : ' tested'};
${options.http ?? ''}
server {
listen 127.0.0.1:${port};
${options.server ?? ''}
${location}
}
}
`,
  )
  const args = ['-p', `${dir.path}/`, '-e', errorLog, '-c', join(dir.path, 'nginx.conf')]
  const server = await startServer(program, args, { env: libraryEnvironment(root), folder: dir.path })
  await waitUntil('nginx writes its pid', () => {
    if (!server.running) throw new Error(`nginx ended: ${server.output()}${readFileSync(errorLog, 'utf8')}`)
    return readFileSync(pidFile, 'utf8').trim() === String(server.pid)
  })
  const standing = async (task: () => Promise<void>): Promise<void> => {
    await server.stand()
    try {
      await task()
    } finally {
      server.goOn()
    }
  }
  const stop = async () => {
    await server.stop('SIGQUIT')
    dir.remove()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: server.pid,
    accessLog,
    errorLog,
    async rotate(to = `${accessLog}.1`) {
      renameSync(accessLog, to)
      server.signal('SIGUSR1')
      await waitUntil('nginx opens its log again', () => readFileSync(accessLog) !== undefined)
      return to
    },
    async copyTruncate(to = `${accessLog}.1`) {
      await standing(async () => {
        copyFileSync(accessLog, to)
        truncateSync(accessLog, 0)
      })
      return to
    },
    standing,
    signal: server.signal,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
