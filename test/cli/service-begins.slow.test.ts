import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createService, rowsOf, type Service } from '../support/service.ts'
import { accessLines } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

let service: Service
beforeEach(() => {
  service = createService({ TAILRACE_DATA: 'data', TAILRACE_NGINX_ACCESS: '*.log' })
})
afterEach(() => service[Symbol.asyncDispose]())

// A command loads its configuration between looking for a service and opening the store: there it is made to wait.
const waiting = `
import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineConfig } from 'tailrace'
if (process.argv.includes('stats')) {
  writeFileSync('waiting', '')
  while (!existsSync('go')) await sleep(10)
}
export default defineConfig({})
`

test('a command that found no service asks the one that began before it opened the store', async () => {
  const at = (name: string): string => join(service.directory, name)
  writeFileSync(at('access.log'), accessLines(10))
  writeFileSync(at('tailrace.config.ts'), waiting)
  expect((await service.run(['run', '--once', '--no-web'])).code).toBe(0)
  const asked = service.run(['stats', '--format', 'ndjson'])
  await waitUntil('the command waits', () => existsSync(at('waiting')))
  service.start()
  await waitUntil('the service answers', async () => {
    const [row] = await service.rows(['sources'])
    return row !== undefined && row['state'] !== 'stopped'
  })
  writeFileSync(at('go'), '')
  const { code, out, err } = await asked
  expect(code, err).toBe(0)
  expect(rowsOf(out)).toMatchObject([{ count: 10 }])
  expect(await service.end('SIGTERM')).toBe(143)
})
