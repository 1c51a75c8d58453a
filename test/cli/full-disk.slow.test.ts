import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { engine } from '../support/engine.ts'
import { freePort } from '../support/free-port.ts'
import { needs } from '../support/needs.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { rowsOf } from '../support/service.ts'
import { accessLines, command, tailrace } from '../support/tailrace.ts'

needs('elasticsearch')('a data directory without room beside Elasticsearch', () => {
  test('checkpoints, dead letters and what is known of new files wait, which is said once each, and go on by themselves', {
    timeout: 300_000,
  }, async () => {
    const { url } = await engine('elasticsearch')
    using directory = scratchDir('full-disk')
    const at = (name: string) => join(directory.path, name)
    const port = await freePort()
    const environment = { TAILRACE_STORE: url, TAILRACE_NAMESPACE: 'full', TAILRACE_LISTEN: `127.0.0.1:${port}` }
    const env = { ...process.env, ...environment }
    writeFileSync(at('a.log'), accessLines(100))
    const args = ['run', '--parser', 'nginx.access', '*.log']
    const child = spawn(command[0], [command[1], ...args], {
      cwd: directory.path,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const ask = async (...asked: string[]) =>
      rowsOf((await tailrace(directory.path, [...asked, '--format', 'ndjson'], { environment })).out)
    const stored = async () => (await ask('stats'))[0]?.['count']
    const ready = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
      return { status: answer.status, reasons: JSON.stringify(await answer.json()) }
    }
    const limit = (most: string) => execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${most}:unlimited`])
    try {
      await expect.poll(stored, { timeout: 180_000 }).toBe(100)
      // No file may grow any more: to a program the same as a full disk.
      limit('1')
      appendFileSync(at('a.log'), `${accessLines(500, 100)}no line of nginx\n`)
      writeFileSync(at('b.log'), accessLines(50, 1000))
      await expect
        .poll(async () => (await ready()).reasons, { timeout: 180_000 })
        .toMatch(/does not go|cannot be written/)
      expect((await ready()).status).toBe(503)
      await expect.poll(() => said, { timeout: 180_000 }).toContain('could not be written down')
      limit('unlimited')
      await expect.poll(stored, { timeout: 180_000 }).toBe(650)
      await expect.poll(async () => (await ready()).status, { timeout: 180_000 }).toBe(200)
      await expect.poll(async () => (await ask('dlq', 'list')).length, { timeout: 180_000 }).toBe(1)
    } finally {
      child.kill('SIGTERM')
      await once(child, 'close')
    }
    for (const once of ['writing dead letters: this does not go', 'what it is could not be written down'])
      expect(said.split(once), said).toHaveLength(2)
    expect((await ask('ledger', '--verify')).at(-1)!['total']).toMatchObject({
      read: 651,
      stored: 650,
      dead_lettered: 1,
      balanced: true,
      verified: true,
    })
  })
})
