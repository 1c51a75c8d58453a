import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parsePasswordHash, verifyPassword } from '../../src/access/password.ts'
import { freePort } from '../support/free-port.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { served } from '../support/served.ts'
import { tailrace } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

const directory = scratchDir('tailrace-access')
const service = served(directory.path)
afterAll(async () => {
  await service.end('SIGKILL')
  directory.remove()
})

const password = 'a password, 字'
const hash = async (input: string) => tailrace(directory.path, ['password'], { input })

describe('tailrace password', () => {
  test('prints the hash of what it is given, and nothing else', async () => {
    const { code, out, err } = await hash(`${password}\n`)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(await verifyPassword(password, parsePasswordHash(out.trimEnd())!)).toBe(true)
  })

  test.each([
    ['short', 'a password has at least 8 characters\n'],
    ['two lines\nof it', 'a password is one line\n'],
  ])('refuses %j, and does not repeat it', async (input, err) => {
    expect(await hash(input)).toEqual({ code: 2, out: '', err })
  })
})

test('users come in by what the configuration says, stay in over a restart, and the log says who came', async () => {
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const { out } = await hash(password)
  writeFileSync(
    join(directory.path, 'tailrace.config.ts'),
    `import { defineConfig, env } from 'tailrace'
export default defineConfig({
  pipelines: [],
  web: { port: ${port}, users: { vera: { hash: env.secret('VERA'), role: 'viewer' } } },
})
`,
  )
  const environment = { VERA: out.trimEnd() }
  const begin = async (): Promise<void> => {
    service.run([], environment)
    await waitUntil('the page answers', async () => (await fetch(`${base}/healthz`)).ok)
  }
  const login = (given: string): Promise<Response> =>
    fetch(`${base}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ user: 'vera', password: given }),
    })
  await begin()
  expect((await login('wrong password')).status).toBe(401)
  const entered = await login(password)
  expect(entered.status).toBe(303)
  const cookie = entered.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const page = async (): Promise<string> => (await fetch(base, { headers: { cookie, accept: 'text/html' } })).text()
  expect(await page()).toContain('action="/logout"')
  await waitUntil('the log names both', () =>
    ['vera was refused', 'vera came in'].every((text) => service.said.includes(text)),
  )
  expect(service.said).not.toContain(password)

  await service.end('SIGKILL')
  await begin()
  expect(await page()).toContain('vera')
  const gone = await fetch(`${base}/logout`, { method: 'POST', redirect: 'manual', headers: { cookie, origin: base } })
  expect(gone.status).toBe(303)
  expect(await page()).toContain('action="/login"')
})
