import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { served } from '../support/served.ts'
import { tailrace } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

const directory = scratchDir('tailrace-secrets')
const service = served(directory.path)
const cleanups: (() => void)[] = []
afterEach(async () => {
  await service.end('SIGKILL')
  for (const one of cleanups.splice(0)) one()
})
afterAll(directory.remove)

const secrets = {
  apiKey: 'S3CRETapikeyS3CRETapikey==',
  password: 'S3CRET p@ss/w%rd"',
  smtp: 'S3CRET smtp/p@ss',
  token: 'S3CRET-token-of-the-page',
  scraper: 'S3CRET-token-of-a-scraper',
  hash: '$argon2id$v=19$m=8,t=1,p=1$S3CRETS3CRETS3CRETS3CR$S3CRETS3CRETS3CRETS3CRETS3CRETS3CRETS3CRETS',
  dingtalk: 'https://oapi.example/robot/send?access_token=S3CRETdingtalk',
  dingtalkSign: 'SEC-S3CRET-sign',
  heartbeat: 'https://beat.example/S3CRETheartbeat',
} as const

/** Every secret holds this, as it is or in base64 at any of the three places a triple of bytes may begin. */
const marks = ['S3CRET', ...[0, 1, 2].map((skip) => base64Within(skip))]
function base64Within(skip: number): string {
  const text = Buffer.from(`${'x'.repeat(skip)}S3CRET`).toString('base64')
  return text.slice(skip === 0 ? 0 : skip + 1, 8)
}
const clean = (what: string, text: string): void => {
  for (const mark of marks) expect(text, `${what} shows a secret`).not.toContain(mark)
}

/** Variables as the files that `…_FILE` names. */
const byFile = (variables: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      const path = join(directory.path, name)
      writeFileSync(path, `${value}\n`, { mode: 0o600 })
      return [`${name}_FILE`, path]
    }),
  )

/** A store that refuses everybody and repeats what it was shown, as it came and read. */
const storeThatEchoes = async (): Promise<string> => {
  const server = createHttp((request, response) => {
    const shown = request.headers.authorization ?? ''
    const read = Buffer.from(shown.replace(/^\w+ /, ''), 'base64').toString()
    const reason = `unable to authenticate [${shown}] [${read}] for ${request.url}`
    response.writeHead(401, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { type: 'security_exception', reason }, status: 401 }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A mail server that refuses every login and repeats it. */
const smtpThatEchoes = async (): Promise<number> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write('220 echo ESMTP\r\n')
    socket.setEncoding('utf8').on('data', (line) => {
      const login = /^AUTH PLAIN (\S+)/.exec(String(line))?.[1]
      if (login !== undefined)
        socket.write(
          `535 5.7.8 ${login} is wrong: ${Buffer.from(login, 'base64').toString().replaceAll('\0', ' ')}\r\n`,
        )
      else socket.write(String(line).startsWith('EHLO') ? '250-echo\r\n250 AUTH PLAIN\r\n' : '250 go on\r\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => server.close())
  return (server.address() as AddressInfo).port
}

const commandLines = (): string =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
    .join('\n')

test('a service whose store, page and mail refuse what it shows never repeats a secret', {
  timeout: 180_000,
}, async () => {
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const store = await storeThatEchoes()
  writeFileSync(
    join(directory.path, 'tailrace.config.ts'),
    `import { defineConfig, env } from 'tailrace'
export default defineConfig({
  pipelines: [],
  web: {
    users: { vera: { hash: env.secret('VERA'), role: 'viewer' } },
    tokens: { scraper: { token: '${secrets.scraper}', role: 'viewer' } },
  },
})
`,
  )
  const environment = {
    TAILRACE_LISTEN: `127.0.0.1:${port}`,
    TAILRACE_LOG_LEVEL: 'trace',
    ...byFile({
      TAILRACE_STORE: `http://${store}`,
      TAILRACE_STORE_API_KEY: secrets.apiKey,
      TAILRACE_TOKEN: secrets.token,
      TAILRACE_SMTP_URL: `smtp://shop:${encodeURIComponent(secrets.smtp)}@127.0.0.1:${await smtpThatEchoes()}`,
      TAILRACE_MAIL_TO: 'ops@shop.example',
      TAILRACE_DINGTALK_URL: secrets.dingtalk,
      TAILRACE_DINGTALK_SECRET: secrets.dingtalkSign,
      TAILRACE_HEARTBEAT_URL: secrets.heartbeat,
      VERA: secrets.hash,
    }),
  }
  service.run([], environment)
  const headers = { authorization: `Bearer ${secrets.token}`, accept: 'text/html' }
  const page = async (path: string, init: RequestInit = { headers }): Promise<string> => {
    const answer = await fetch(`${base}${path}`, { redirect: 'manual', ...init })
    return `${[...answer.headers].join('\n')}\n${await answer.text()}`
  }
  await waitUntil('the store is known to refuse', async () =>
    (await page('/readyz')).includes('unable to authenticate'),
  )
  for (const path of ['/', '/readyz', '/metrics', '/digest', '/nowhere', `/?token=${secrets.token}`])
    clean(path, await page(path))
  clean('a refusal', await page('/', { headers: { authorization: `Bearer ${secrets.token}x` } }))
  const body = new URLSearchParams({ user: secrets.token, password: secrets.apiKey, next: '/' })
  clean('a login', await page('/login', { method: 'POST', headers: { accept: 'text/html' }, body }))
  for (const command of [['config'], ['check'], ['search'], ['sources'], ['ledger'], ['dlq', 'list']]) {
    const { out, err } = await tailrace(directory.path, command, { environment })
    clean(command.join(' '), out + err)
  }
  clean('the list of processes', commandLines())
  await service.end('SIGTERM')
  expect(service.said).toContain('unable to authenticate')
  clean('the log', service.said)
})

test.each<[string, (address: string) => Record<string, string>]>([
  [
    'a password',
    (a) => ({
      TAILRACE_STORE: `http://${a}`,
      TAILRACE_STORE_USER: 'elastic',
      ...byFile({ TAILRACE_STORE_PASSWORD: secrets.password }),
    }),
  ],
  ['an address', (a) => byFile({ TAILRACE_STORE: `http://elastic:${encodeURIComponent(secrets.password)}@${a}` })],
  [
    'an address that is none',
    (a) => ({ TAILRACE_STORE: `htp://elastic:${encodeURIComponent(secrets.password)}@${a}` }),
  ],
])('a command does not repeat %s that a store refuses', async (_, variables) => {
  const { code, out, err } = await tailrace(directory.path, ['search', '--config', 'none.ts'], {
    environment: variables(await storeThatEchoes()),
  })
  expect(code).not.toBe(0)
  expect(err).toMatch(/unable to authenticate|does not exist/)
  clean('search', out + err)
})

test('a mail server that repeats the login does not bring it into the log', { timeout: 180_000 }, async () => {
  const lines = Array.from({ length: 120 }, (_, i) => {
    const time = `06:${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`
    return `203.0.113.9 - - [11/Feb/2026:${time} +0000] "GET / HTTP/1.1" 500 5 "-" "curl/8.5.0"\n`
  })
  writeFileSync(join(directory.path, 'access.log'), lines.join(''))
  const { err } = await tailrace(
    directory.path,
    ['run', '--once', '--no-web', '--data', 'mail', '--log-output', 'json', 'access.log'],
    {
      environment: {
        TAILRACE_STORE: 'duckdb',
        TAILRACE_MAIL_TO: 'ops@shop.example',
        VERA: secrets.hash,
        ...byFile({
          TAILRACE_SMTP_URL: `smtp://shop:${encodeURIComponent(secrets.smtp)}@127.0.0.1:${await smtpThatEchoes()}`,
        }),
      },
    },
  )
  expect(err).toContain('535')
  clean('the log', err)
})

test('a fault of the program itself is told without them', { timeout: 180_000 }, async () => {
  writeFileSync(
    join(directory.path, 'crash.config.ts'),
    `import { defineConfig, env } from 'tailrace'
setTimeout(() => { throw Object.assign(new Error('with ' + process.env.TAILRACE_TOKEN), { sent: process.env.TAILRACE_TOKEN }) }, 2000)
export default defineConfig({ pipelines: [], web: false, store: { kind: 'duckdb' } })
`,
  )
  const { code, err } = await tailrace(directory.path, ['run', '--config', 'crash.config.ts', '--data', 'crash'], {
    environment: { TAILRACE_TOKEN: secrets.token },
  })
  expect(code).toBe(3)
  expect(err).toContain('a fault of Tailrace itself: Error: with ********')
  clean('what it said', err)
})
