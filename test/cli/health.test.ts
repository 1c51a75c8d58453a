import { once } from 'node:events'
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { type ScratchDir, scratchDir } from '../support/scratch-dir.ts'
import { type Served, served } from '../support/served.ts'
import { accessLines, tailrace } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

let directory: ScratchDir
let service: Served
let address = ''
beforeEach(() => {
  directory = scratchDir('health')
  service = served(directory.path)
})
afterEach(async () => {
  await service.end('SIGKILL')
  directory.remove()
})

const at = (name: string): string => join(directory.path, name)
const run = async (environment: Readonly<Record<string, string>>): Promise<void> => {
  const port = await freePort()
  address = `http://127.0.0.1:${port}`
  service.run([], { TAILRACE_LISTEN: `127.0.0.1:${port}`, ...environment })
}
interface Ready {
  readonly ready: boolean
  readonly reasons: readonly { readonly kind: string; readonly text: string; readonly blocks: boolean }[]
}
const ready = async (): Promise<Ready & { readonly status: number }> => {
  const answer = await fetch(`${address}/readyz`)
  return { status: answer.status, ...((await answer.json()) as Ready) }
}
const textOf = async (path: string): Promise<string> => (await fetch(`${address}${path}`)).text()
const timeout = 180_000

test('a store that is away leaves it ready: input is kept', { timeout }, async () => {
  writeFileSync(at('a.log'), accessLines(5))
  await run({ TAILRACE_STORE: `http://127.0.0.1:${await freePort()}`, TAILRACE_NGINX_ACCESS: 'a.log' })
  const waiting = await waitUntil('it waits for the store', async () => {
    const now = await ready()
    return now.reasons.some(({ kind }) => kind === 'store') ? now : undefined
  })
  expect(waiting).toMatchObject({ status: 200, ready: true })
  expect(await textOf('/metrics')).toContain('tailrace_service_ready 1\n')
  expect(await (await fetch(`${address}/healthz`)).json()).toEqual({ alive: true })
  expect(await textOf('/')).toContain('The store is waited for')
  await waitUntil('the log tells of it', () => service.said.includes('error') && service.said.includes('store='))
})

test('a file that cannot be read makes it unready, until it can', { timeout }, async () => {
  mkdirSync(at('in'))
  writeFileSync(at('in/a.log'), accessLines(5))
  symlinkSync('loop.log', at('in/loop.log'))
  await run({ TAILRACE_NGINX_ACCESS: 'in/*.log' })
  const unready = await waitUntil('it is unready for the file', async () => {
    const now = await ready()
    return now.reasons.every(({ kind }) => kind === 'source') && !now.ready ? now : undefined
  })
  expect(unready).toMatchObject({
    status: 503,
    ready: false,
    reasons: [{ kind: 'source', about: at('in/loop.log'), blocks: true }],
  })
  expect(await textOf('/metrics')).toMatch(/tailrace_source_unreadable_files\{source="nginx.access"\} 1/)
  expect(await textOf('/')).toContain('Something needs attention')
  rmSync(at('in/loop.log'))
  await waitUntil('it is ready', async () => (await ready()).status === 200)
})

test('a transform that does not work is told everywhere, once, and so is its end', { timeout }, async () => {
  const mmdb = join(import.meta.dirname, '../transform/mmdb/GeoLite2-City-Test.mmdb')
  copyFileSync(mmdb, at('city.mmdb'))
  writeFileSync(at('a.log'), accessLines(5))
  writeFileSync(
    at('tailrace.config.ts'),
    `import { address, defineConfig, follow, geoip, grammar, line, pipeline, rest } from 'tailrace'
const access = grammar({ name: 'app.access', line: line\`\${address('source.address')} \${rest('message')}\`, samples: ['203.0.113.7 x'] })
export default defineConfig({ pipelines: [pipeline('app').from(follow({ name: 'app', paths: ['a.log'] })).parse(access).through(geoip({ city: 'city.mmdb' }))] })
`,
  )
  await run({})
  await waitUntil('it is ready', async () => (await ready()).status === 200)
  writeFileSync(at('city.mmdb'), 'no database')
  writeFileSync(at('a.log'), accessLines(5), { flag: 'a' })
  const said = await waitUntil('it says that the transform fails', async () => {
    const now = await ready()
    return now.reasons.length > 0 ? now : undefined
  })
  // Records go on without its fields: nothing is held up.
  expect(said.status).toBe(200)
  expect(said.reasons).toMatchObject([{ kind: 'transform', about: 'app: geoip', blocks: false }])
  expect(await textOf('/metrics')).toMatch(/tailrace_transform_troubled\{transform="app: geoip"\} 1\n/)
  expect(await textOf('/')).toContain('city.mmdb')
  await waitUntil('the log tells of it', () => service.said.includes('city.mmdb could not be read again'))
  copyFileSync(mmdb, at('city.mmdb'))
  writeFileSync(at('a.log'), accessLines(5), { flag: 'a' })
  await waitUntil('it is well again', async () => (await ready()).reasons.length === 0)
  await waitUntil('the log tells that it is over', () => service.said.includes('transform: it goes again'))
  expect(service.said.split('could not be read again').length).toBe(2)
})

test('a port that is taken is an error with what to do, and nothing is read', { timeout }, async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  try {
    const environment = { TAILRACE_LISTEN: `127.0.0.1:${port}`, TAILRACE_NGINX_ACCESS: 'a.log' }
    const { code, err } = await tailrace(directory.path, ['run'], { environment })
    expect(code).toBe(3)
    expect(err).toContain(`cannot listen on 127.0.0.1:${port}: another program does already`)
    expect(err).toContain('TAILRACE_LISTEN=')
    expect(err).not.toContain('following')
  } finally {
    other.close()
  }
})
