import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import { dateOf } from '../../src/digest/day.ts'
import { freePort } from '../support/free-port.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { startSmtp } from '../support/smtp.ts'
import { begin, tailrace } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const yesterday = dateOf(Date.now(), 'UTC', -1)

/** 200 requests of yesterday noon, two seconds apart; those from the 60th to the 119th fail. */
const burst = (): string =>
  Array.from({ length: 200 }, (_, i) => {
    const [year, month, day] = yesterday.split('-') as [string, string, string]
    const time = new Date(i * 2000).toISOString().slice(14, 19)
    const status = i >= 60 && i < 120 ? 502 : 200
    return `81.2.69.1${i % 10} - - [${day}/${months[Number(month) - 1]}/${year}:12:${time} +0000] "GET /orders/${i} HTTP/1.1" ${status} 512 "-" "curl/8.5.0"\n`
  }).join('')

const told = [
  '[P1] Alert: Too many requests end with a server error',
  expect.stringMatching(/^\[P1\] Resolved: Too many requests end with a server error after \d+ min$/),
]

describe('run --once', () => {
  test('mails the alert and its end, once', { timeout: 180_000 }, async () => {
    using directory = scratchDir('once-mail')
    await using smtp = await startSmtp()
    writeFileSync(join(directory.path, 'access.log'), burst())
    const environment = { TAILRACE_SMTP_URL: smtp.url, TAILRACE_MAIL_TO: 'ops@shop.example', TZ: 'UTC' }
    const args = ['run', '--once', '--no-web', 'access.log']
    for (let i = 0; i < 2; i++) expect(await tailrace(directory.path, args, { environment })).toMatchObject({ code: 0 })
    expect(smtp.mails.map(({ mail }) => mail.subject)).toEqual(told)
  })

  test('says which mails wait for a server that is away, and the next run sends them', {
    timeout: 180_000,
  }, async () => {
    using directory = scratchDir('once-away')
    writeFileSync(join(directory.path, 'access.log'), burst())
    const args = ['run', '--once', '--no-web', 'access.log']
    const environment = { TAILRACE_MAIL_TO: 'ops@shop.example', TZ: 'UTC' }
    const away = await tailrace(directory.path, args, {
      environment: { ...environment, TAILRACE_SMTP_URL: `smtp://127.0.0.1:${await freePort()}` },
    })
    expect(away.code).toBe(0)
    expect(away.err).toMatch(/2 mails wait in the outbox of 'mail' and go out with the next start: .*ECONNREFUSED/)
    await using smtp = await startSmtp()
    await tailrace(directory.path, args, { environment: { ...environment, TAILRACE_SMTP_URL: smtp.url } })
    expect(smtp.mails.map(({ mail }) => mail.subject)).toEqual(told)
  })
})

describe('the digest', () => {
  test('of yesterday is mailed once though the service starts again, and shown on request', {
    timeout: 180_000,
  }, async () => {
    using directory = scratchDir('digest')
    await using smtp = await startSmtp()
    const log = join(directory.path, 'access.log')
    const port = await freePort()
    writeFileSync(log, burst())
    const environment = {
      TAILRACE_NGINX_ACCESS: log,
      TAILRACE_SMTP_URL: smtp.url,
      TAILRACE_MAIL_TO: 'ops@shop.example',
      TAILRACE_LISTEN: `127.0.0.1:${port}`,
      TZ: 'UTC',
    }
    // So that its time of day is over, whenever the test runs, and it is another day in no zone.
    writeFileSync(
      join(directory.path, 'tailrace.config.ts'),
      "import { defineConfig } from 'tailrace'\nexport default defineConfig({ timezone: 'UTC', digest: { at: '00:00' } })\n",
    )
    await tailrace(directory.path, ['run', '--once', '--no-web'], { environment })
    await smtp.received(2)
    for (let start = 0; start < 2; start++) {
      const service = begin(directory.path, ['run'], environment)
      service.stdout!.resume()
      service.stderr!.resume()
      try {
        if (start === 0) await smtp.received(3, 50_000)
        const page = await waitUntil('the page answers', async () => {
          const answer = await fetch(`http://127.0.0.1:${port}/digest?date=${yesterday}&lang=zh`)
          return answer.ok ? answer.text() : undefined
        })
        expect(page).toContain('200 条事件，1 条告警，30% 的请求失败')
        expect((await fetch(`http://127.0.0.1:${port}/digest?date=1`)).status).toBe(400)
        const shown = await tailrace(directory.path, ['digest'], { environment })
        expect(shown.out.split('\n')[0]).toBe('200 events, 1 alert, 30% of requests failed')
      } finally {
        service.kill('SIGKILL')
        await once(service, 'close')
      }
    }
    expect(smtp.mails.map(({ mail }) => mail.subject)).toEqual([
      ...told,
      `[Tailrace] ${yesterday}: 200 events, 1 alert, 30% of requests failed`,
    ])
    expect(smtp.mails[2]!.mail.text).toContain('/orders/{id}')

    // No service runs now.
    const sent = await tailrace(directory.path, ['digest', '--send', '--lang', 'zh'], { environment })
    expect(sent).toMatchObject({ code: 0, out: '', err: 'sent to ops@shop.example\n' })
    expect(smtp.mails[3]!.mail.subject).toBe(`[Tailrace] ${yesterday}：200 条事件，1 条告警，30% 的请求失败`)
    const out = join(directory.path, 'digest.eml')
    await tailrace(directory.path, ['digest', '--out', out], { environment })
    const eml = await simpleParser(readFileSync(out))
    expect(eml.html).toContain('/orders/{id}')
    const alerts = await tailrace(directory.path, ['alerts', 'list', '--all', '--format', 'json'], { environment })
    expect(JSON.parse(alerts.out)).toMatchObject([{ rule: 'nginx-5xx-share', state: 'resolved' }])
  })

  test('refuses what it cannot do with 2, and has nothing to say of a directory that is not there', async () => {
    using directory = scratchDir('digest-wrong')
    for (const [args, why] of [
      [['digest', '--week'], 'not there yet'],
      [['digest', '--out', 'a.pdf'], '.html, .txt or .eml'],
    ] as const) {
      const { code, err } = await tailrace(directory.path, args)
      expect(code).toBe(2)
      expect(err).toContain(why)
    }
    expect(await tailrace(directory.path, ['digest'])).toMatchObject({ code: 3 })
    expect(await tailrace(directory.path, ['alerts', 'list'])).toMatchObject({ code: 3 })
    expect(existsSync(join(directory.path, 'data'))).toBe(false)
    mkdirSync(join(directory.path, 'data'))
    const empty = await tailrace(directory.path, ['digest'])
    expect(empty).toMatchObject({ code: 0 })
    expect(empty.out).toMatch(/^Nothing came in, no alert\n/)
    for (const [option, value, why] of [
      ['--date', '2026-02-30', 'there is no day 2026-02-30'],
      ['--lang', 'fr', 'en or zh'],
    ] as const) {
      const { code, err } = await tailrace(directory.path, ['digest', option, value])
      expect(code).toBe(2)
      expect(err).toContain(why)
    }
    expect((await tailrace(directory.path, ['digest', '--send'])).err).toContain('no mail is configured')
    expect(await tailrace(directory.path, ['alerts', 'ack', 'x'])).toMatchObject({ code: 2 })
  })
})
