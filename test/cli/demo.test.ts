import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defaultPaths, existingPaths } from '../../src/service/default-paths.ts'
import { startBrowser } from '../support/browser.ts'
import { freePort } from '../support/free-port.ts'
import { needs } from '../support/needs.ts'
import { type ScratchDir, scratchDir } from '../support/scratch-dir.ts'
import { type Served, served } from '../support/served.ts'
import { accessLines, tailrace } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

let directory: ScratchDir
let service: Served
beforeEach(() => {
  directory = scratchDir('demo-run')
  service = served(directory.path)
})
afterEach(async () => {
  await service.end('SIGKILL')
  directory.remove()
})

/** Where logs lie at the default paths of this machine, only `--demo` starts it. */
const demoArgs = async (): Promise<readonly string[]> =>
  (await existingPaths(defaultPaths.filter((path) => !path.startsWith('.')))).length === 0 ? [] : ['--demo']

const timeout = 300_000

needs('browser')('the demo', () => {
  test('shows in a browser what a made-up shop does, and goes on after kill -9', { timeout }, async () => {
    const args = await demoArgs()
    const listen = `127.0.0.1:${await freePort()}`
    const environment = { TAILRACE_LISTEN: listen }
    service.run(args, environment)
    await waitUntil('the page is there', () => service.said.includes(`page at http://${listen}`))
    expect(service.said).toMatch(/this is a demo/)

    const browser = await startBrowser()
    const complaints: string[] = []
    try {
      const page = await browser.newPage()
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(String(error)))
      await page.goto(`http://${listen}/`)
      // Rules judge the history first: what was wrong in it is told, and over.
      const seen = async (): Promise<boolean> =>
        (await page.locator('#latest tbody tr').count()) > 20 && (await page.locator('.alerts li').count()) > 0
      await waitUntil('events and an alert are shown', seen, { timeout: 240_000, every: 500 })
      expect(await page.locator('#datasets').textContent()).toContain('mysql.slowlog')
      expect(await page.locator('header a[href="/digest"]').count()).toBe(1)
      await page.goto(`http://${listen}/?q=${encodeURIComponent('http.response.status_code >= 500')}`)
      const levels = await page.locator('#latest tbody .tag').allTextContents()
      expect(levels.length).toBeGreaterThan(20)
      expect(levels.filter((level) => !/^50[234]$/.test(level))).toEqual([])
      expect(await page.locator('#datasets tbody tr').count()).toBe(1)
      await page.goto(`http://${listen}/?q=${encodeURIComponent('log.level: (')}&lang=zh`)
      expect(await page.locator('#q-problem pre').textContent()).toContain('^')
      expect(await page.locator('#q').inputValue()).toBe('log.level: (')
      expect(await page.locator('#latest tbody tr').count()).toBeGreaterThan(20)
      expect((await page.goto(`http://${listen}/digest`))?.status()).toBe(200)
      expect(await page.locator('body').textContent()).toContain('nginx.access')
      expect(complaints).toEqual([])
    } finally {
      await browser.close()
    }

    await service.end('SIGKILL')
    service.run(args, environment)
    await waitUntil('the page is there again', () => service.said.includes('page at'))
    expect(service.said).toMatch(/the demo again/)
    await service.end('SIGTERM')
    const ledger = await tailrace(directory.path, ['ledger', '--verify', '--format', 'ndjson'])
    const rows = ledger.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(ledger.code).toBe(0)
    for (const row of rows.slice(0, -1)) expect(row).toMatchObject({ balanced: true })
    expect(rows.at(-1)).toMatchObject({ total: { balanced: true, verified: true, dead_lettered: 0, lost: 0 } })
  })
})

test('what is configured later is not mixed with it', { timeout }, async () => {
  service.run(await demoArgs(), { TAILRACE_LISTEN: `127.0.0.1:${await freePort()}` })
  await waitUntil('it follows', () => service.said.includes('following'))
  await service.end('SIGTERM')
  writeFileSync(join(directory.path, 'mine.log'), accessLines(3))
  service.run(['--no-web'], { TAILRACE_NGINX_ACCESS: 'mine.log' })
  const stats = async (): Promise<string> =>
    (await tailrace(directory.path, ['stats', '--by', 'data_stream.namespace', '--format', 'ndjson'])).out
  await waitUntil('mine is stored', async () => (await stats()).includes('"count":3}'))
  expect(await stats()).toBe('{"by":{"data_stream.namespace":"default"},"count":3}\n')
  expect(service.said).not.toContain('demo')
  const alerts = await tailrace(directory.path, ['alerts', 'list', '--all', '--format', 'ndjson'])
  expect(alerts.out).toBe('')
})

test.each([
  ['a store is configured', [], { TAILRACE_STORE: 'duckdb' }],
  ['a source is configured', [], { TAILRACE_APP: 'none.log' }],
  ['a source is named that is not there', [], { TAILRACE_REDIS: 'none.log' }],
  ['files are named', ['none.log'], {}],
  ['it is forbidden', ['--no-demo'], {}],
])('there is no demo where %s', { timeout }, async (_, args, environment) => {
  service.run([...args, '--no-web'], environment)
  await waitUntil('it follows', () => service.said.includes('following'))
  expect(service.said).not.toContain('this is a demo')
  expect(existsSync(join(directory.path, 'data/demo'))).toBe(false)
})

test('default paths of which none can be read end it with what to do', async () => {
  mkdirSync(join(directory.path, 'logs'))
  symlinkSync('a.log', join(directory.path, 'logs/a.log'))
  service.run(['--no-web'], {})
  // Where this machine has other logs at default paths, those are followed and the file is told of.
  await waitUntil('it says why', () =>
    service.said.includes(`cannot read ${join(directory.path, 'logs/a.log')}: its links`),
  )
  expect(service.said).not.toContain('this is a demo')
  if ((await demoArgs()).length > 0) return
  const ended = await tailrace(directory.path, ['run', '--no-web'])
  expect(ended).toMatchObject({ code: 3, err: expect.stringContaining('tailrace run --demo') })
})

test('--demo beside a source is wrong usage', async () => {
  const both = await tailrace(directory.path, ['run', '--demo'], { environment: { TAILRACE_APP: 'a.log' } })
  expect(both).toMatchObject({ code: 2, err: expect.stringContaining('--demo has nothing to show') })
  const once = await tailrace(directory.path, ['run', '--demo', '--once'])
  expect(once).toMatchObject({ code: 2, err: expect.stringContaining('the demo never ends') })
})
