import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { standIn } from '../store/elasticsearch/stand-in.ts'
import { freePort } from '../support/free-port.ts'
import { createService } from '../support/service.ts'
import { accessLines } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

test('one that ships delivers and says that it judges nothing; one that analyses reads nothing', {
  timeout: 300_000,
}, async () => {
  const store = await standIn()
  const environment = { TAILRACE_STORE: store.url, TAILRACE_NGINX_ACCESS: 'a.log' }
  const port = await freePort()
  await using ship = createService(
    { ...environment, TAILRACE_ROLE: 'ship', TAILRACE_LISTEN: `127.0.0.1:${port}` },
    [],
    true,
  )
  await using analyse = createService(environment, ['--role', 'analyse'])
  try {
    for (const { directory } of [ship, analyse]) writeFileSync(join(directory, 'a.log'), accessLines(5))
    analyse.start()
    await waitUntil('it analyses', () => analyse.said().includes('analysing what is in elasticsearch'))
    expect(await analyse.rows(['sources'])).toEqual([])
    expect(store.stored).toEqual([])
    ship.start()
    await waitUntil('it delivers', () => store.stored.length === 5)
    const page = await (await fetch(`http://127.0.0.1:${port}/?lang=en`)).text()
    expect(page).toContain('This instance judges no alerts: the one that analyses does.')
    expect(page).not.toContain('no alert is open')
    const alerts = await ship.run(['alerts', 'list'])
    expect(alerts).toMatchObject({ code: 2, out: '' })
    expect(alerts.err).toContain('role ship')
  } finally {
    await ship.end('SIGKILL')
    await analyse.end('SIGKILL')
    await store.close()
  }
  const wrong = await analyse.run(['run', '--role', 'analyse', '--store', 'duckdb'])
  expect(wrong.code).toBe(2)
  expect(wrong.err).toContain("role 'analyse' reads the events of others")
})
