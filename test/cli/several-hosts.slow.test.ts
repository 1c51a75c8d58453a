import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { engine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'
import { requestNow } from '../support/request-now.ts'
import { createService, type Service } from '../support/service.ts'
import { startSmtp } from '../support/smtp.ts'
import { waitUntil } from '../support/wait-until.ts'

const config = `
import { defineConfig, rule } from 'tailrace'
export default defineConfig({
  digest: { at: '00:00', timezone: 'UTC', to: 'mail' },
  rules: [rule({
    kind: 'threshold', name: 'quick', title: 'Quick rule', severity: 'P1', datasets: ['nginx.access'],
    share: 'http.response.status_code >= 500', above: 0.5, atLeast: 5,
    over: '10s', allowance: '1s', schedule: '* * * * * *',
  })],
})
`
const judges = 'this instance judges the rules'
const isAnalyser = (service: Service): boolean =>
  service.said().lastIndexOf(judges) > service.said().lastIndexOf('does not judge the rules any more')

/** How the host that judges fails, and what brings it back. */
const faults = {
  elasticsearch: {
    name: 'is killed',
    fail: (service: Service) => service.end('SIGKILL').then(() => undefined),
    mend: (service: Service) => service.start(),
  },
  opensearch: {
    name: 'stands still and goes on',
    fail: async (service: Service) => service.send('SIGSTOP'),
    mend: (service: Service) => service.send('SIGCONT'),
  },
} as const

for (const kind of ['elasticsearch', 'opensearch'] as const)
  needs(kind)(`three hosts on one ${kind}`, () => {
    const fault = faults[kind]
    test(`one judges and mails; where it ${fault.name}, another goes on: each alert, its end and the digest come once, each line is stored once`, {
      timeout: 600_000,
    }, async () => {
      const { url } = await engine(kind)
      await using smtp = await startSmtp()
      const environment = {
        TAILRACE_STORE: url,
        TAILRACE_NAMESPACE: 'hosts',
        TAILRACE_NGINX_ACCESS: 'access.log',
        TAILRACE_SMTP_URL: smtp.url,
        TAILRACE_MAIL_TO: 'ops@shop.example',
        TZ: 'UTC',
      }
      await using a = createService(environment)
      await using b = createService(environment)
      await using c = createService(environment)
      const all = [a, b, c]
      for (const { directory } of all) {
        writeFileSync(join(directory, 'tailrace.config.ts'), config)
        writeFileSync(join(directory, 'access.log'), '')
      }
      const subjects = () => smtp.mails.map(({ mail }) => mail.subject ?? '')
      const mailed = (part: string): number => subjects().filter((subject) => subject.includes(part)).length
      let status = 500
      let written = 0
      const traffic = setInterval(() => {
        for (const { directory } of all) appendFileSync(join(directory, 'access.log'), requestNow(status).repeat(5))
        written += 15
      }, 200)
      try {
        a.start()
        await waitUntil('the first judges', () => isAnalyser(a), { timeout: 300_000 })
        b.start()
        c.start()
        await waitUntil(
          'the alert and the digest are mailed',
          () => mailed('Alert: Quick rule') > 0 && mailed('[Tailrace] ') > 0,
          {
            timeout: 300_000,
          },
        )
        await fault.fail(a)
        const second = await waitUntil('another one judges', () => [b, c].find(isAnalyser), { timeout: 300_000 })
        fault.mend(a)
        status = 200
        await waitUntil('the end is mailed', () => mailed('Resolved: Quick rule') > 0, { timeout: 300_000 })
        expect(isAnalyser(second)).toBe(true)
        const refused = await [b, c].find((one) => one !== second)!.run(['alerts', 'list'])
        expect(refused.code).toBe(2)
        expect(refused.err).toContain('alerts are judged on')
        // A built-in rule looks at whole minutes, and may have fired too.
        expect((await second.rows(['alerts', 'list'])).map(({ rule }) => rule)).not.toContain('quick')
      } finally {
        clearInterval(traffic)
      }
      for (const one of all) await one.end('SIGTERM')
      for (const one of all) expect((await one.run(['run', '--once', '--no-web', '--role', 'ship'])).code).toBe(0)
      expect(mailed('Alert: Quick rule')).toBe(1)
      expect(mailed('Resolved: Quick rule')).toBe(1)
      expect(mailed('[Tailrace] ')).toBe(1)
      expect(await a.rows(['stats'])).toEqual([{ count: written }])
    })
  })
