import { afterEach, beforeEach, test } from 'vitest'
import { defaultPaths, existingPaths } from '../../src/service/default-paths.ts'
import { freePort } from '../support/free-port.ts'
import { type ScratchDir, scratchDir } from '../support/scratch-dir.ts'
import { type Served, served } from '../support/served.ts'
import { tailrace } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

let directory: ScratchDir
let service: Served
beforeEach(() => {
  directory = scratchDir('demo-alert')
  service = served(directory.path)
})
afterEach(async () => {
  await service.end('SIGKILL')
  directory.remove()
})

test('within two minutes of its start the demo has an open alert, and a resolved one', {
  timeout: 300_000,
}, async () => {
  const elsewhere = defaultPaths.filter((path) => !path.startsWith('.'))
  const args = (await existingPaths(elsewhere)).length === 0 ? [] : ['--demo']
  const listen = `127.0.0.1:${await freePort()}`
  service.run(args, { TAILRACE_LISTEN: listen })
  const page = async (): Promise<string> => (await fetch(`http://${listen}/`)).text()
  const alerts = async (...more: readonly string[]): Promise<string> =>
    (await tailrace(directory.path, ['alerts', 'list', ...more, '--format', 'ndjson'])).out
  // That of the history is open too, until the windows behind it are judged.
  const isOver = async (): Promise<boolean> => (await alerts('--all')).includes('"state":"resolved"')
  await waitUntil('an alert of the history is over', isOver, { timeout: 300_000, every: 2000 })
  const open = 'Too many requests end with a server error (P1)'
  const isOpen = async (): Promise<boolean> =>
    (await page()).includes(open) && (await alerts()).includes('"state":"firing"')
  await waitUntil('the alert is open, on the page and in the list', isOpen, { timeout: 300_000, every: 500 })
})
