import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { requestNow } from '../support/request-now.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { startSmtp } from '../support/smtp.ts'
import { begin } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

const config = `
import { defineConfig, rule } from 'tailrace'
export default defineConfig({
  digest: false,
  rules: [rule({
    kind: 'threshold', name: 'quick', title: 'Quick rule', severity: 'P1', datasets: ['nginx.access'],
    share: 'http.response.status_code >= 500', above: 0.5, atLeast: 5,
    over: '10s', allowance: '1s', schedule: '* * * * * *',
  })],
})
`
test('an alert and its end reach the mailbox once each, whenever the service is killed', {
  timeout: 240_000,
}, async () => {
  using directory = scratchDir('mail')
  await using smtp = await startSmtp()
  const log = join(directory.path, 'access.log')
  const port = await freePort()
  writeFileSync(log, '')
  writeFileSync(join(directory.path, 'tailrace.config.ts'), config)
  const environment = {
    TAILRACE_NGINX_ACCESS: log,
    TAILRACE_SMTP_URL: smtp.url,
    TAILRACE_MAIL_TO: 'ops@shop.example',
    TAILRACE_LISTEN: `127.0.0.1:${port}`,
    TZ: 'UTC',
  }
  const quick = (): (string | undefined)[] =>
    smtp.mails.map(({ mail }) => mail.subject).filter((subject) => subject?.includes('Quick rule'))
  /** Mails of which it is on disk that the server took them. */
  const noted = (): number => {
    const outbox = join(directory.path, 'data/state/outbox/mail')
    const bytes = readdirSync(outbox).map((name) => readFileSync(join(outbox, name), 'utf8'))
    return bytes.join('').split('"kind":"done"').length - 1
  }
  let status = 500
  const traffic = setInterval(() => appendFileSync(log, requestNow(status).repeat(5)), 200)
  let service: ChildProcess | undefined
  const start = (): void => {
    service = begin(directory.path, ['run'], environment)
    service.stdout!.resume()
    service.stderr!.resume()
  }
  const kill = async (): Promise<void> => {
    service!.kill('SIGKILL')
    await once(service!, 'close')
  }
  try {
    start()
    await waitUntil('the alert is mailed and noted', () => quick().length === 1 && noted() === smtp.mails.length, {
      timeout: 180_000,
    })
    await kill()
    start()
    await waitUntil('the service that did not see it fire counts it as firing', async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
      return metrics.includes('tailrace_alert_firing{rule="quick"} 1')
    })
    status = 200
    await waitUntil('its end is mailed and noted', () => quick().length === 2 && noted() === smtp.mails.length, {
      timeout: 180_000,
    })
    await kill()
    start()
    // The next alert shows that the rule was looked at again, and that nothing of the old was told before it.
    status = 500
    await waitUntil('the next alert is mailed', () => quick().length > 2, { timeout: 180_000 })
  } finally {
    clearInterval(traffic)
    await kill()
  }
  expect(quick()).toEqual([
    '[P1] Alert: Quick rule',
    expect.stringMatching(/^\[P1\] Resolved: Quick rule after /),
    '[P1] Alert: Quick rule',
  ])
  const ids = smtp.mails.map(({ mail }) => mail.messageId)
  expect(new Set(ids).size).toBe(ids.length)
})
