import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EmailNotifier, type EmailOptions, openEmail } from '../../src/notify/email.ts'
import { freePort } from '../support/free-port.ts'
import { type ScratchDir, scratchDir } from '../support/scratch-dir.ts'
import { type Smtp, startSmtp } from '../support/smtp.ts'
import { waitUntil } from '../support/wait-until.ts'
import { fired, resolved } from './changes.ts'

const none = new AbortController().signal
const hour = 3_600_000
let now: number
/** Waiting does not make it later. */
let still: boolean
let dir: ScratchDir
let reports: string[]
let opened: EmailNotifier[]
let servers: Smtp[]

beforeEach(() => {
  now = Date.parse('2026-11-23T12:06:00Z')
  still = false
  dir = scratchDir()
  reports = []
  opened = []
  servers = []
})
afterEach(async () => {
  for (const one of opened) await one.close()
  for (const server of servers) await server.stop()
  dir.remove()
})

const smtp = async (options?: Parameters<typeof startSmtp>[0]): Promise<Smtp> => {
  const server = await startSmtp(options)
  servers.push(server)
  return server
}
const email = async (url: string, more: Partial<EmailOptions> = {}): Promise<EmailNotifier> => {
  const notifier = await openEmail({
    name: 'mail',
    url,
    from: 'Tailrace <tailrace@shop.example>',
    to: 'ops@shop.example, boss@shop.example',
    timezone: 'Asia/Shanghai',
    directory: dir.path,
    clock: () => now,
    // Whoever waits for a server that is away waits a hundredth of a second here, and finds that the time is over.
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const end = (): void => {
          if (!signal.aborted && ms < hour && !still) now += ms
          resolve()
        }
        setTimeout(end, 10)
        signal.addEventListener('abort', end, { once: true })
      }),
    report: (text) => void reports.push(text),
    ...more,
  })
  opened.push(notifier)
  return notifier
}

describe('a mail', () => {
  it('reaches every receiver as text and HTML, with what there is to know', async () => {
    const server = await smtp()
    const notifier = await email(server.url)
    await notifier.notify(fired(), none)
    const [received] = await server.received(1)
    expect(received!.from).toBe('tailrace@shop.example')
    expect(received!.to).toEqual(['ops@shop.example', 'boss@shop.example'])
    const { subject, text, html } = received!.mail
    expect(subject).toBe('[P1] Alert: Many requests fail')
    expect(text!.trim().split('\n')).toEqual([
      '[P1] Alert: Many requests fail',
      '',
      'Severity: P1 (serious)',
      'What: 50% of 100 records match',
      'Since: Monday 23 November 2026 20:00:00 (UTC+08:00)',
      'Rule: nginx-5xx-share',
      "See the records: tailrace search 'http.response.status_code >= 500' --dataset nginx.access --since 2026-11-23T12:00:00.000Z --until 2026-11-23T12:05:00.000Z",
    ])
    expect(html).toContain('http.response.status_code &gt;= 500')
    expect(received!.mail.headers.get('auto-submitted')).toBe('auto-generated')
  })

  it('can be Chinese', async () => {
    const server = await smtp()
    const notifier = await email(server.url, { lang: 'zh' })
    await notifier.notify(resolved(), none)
    const [received] = await server.received(1)
    expect(received!.mail.subject).toBe('[P1] 已恢复：请求失败过多，持续 20 分钟')
    expect(received!.mail.text).toContain(
      '情况: 100 条记录中有 50% 符合\n开始: 2026年11月23日 星期一 20:00:00 (UTC+08:00)',
    )
    expect(received!.mail.html).toContain('100 条记录中有 50% 符合')
    // Encoded, not raw bytes that a relay may damage.
    expect(received!.raw.slice(0, received!.raw.indexOf('\r\n\r\n'))).toMatch(/^[\t\r\n\x20-\x7e]*$/)
  })

  it('cannot be made to carry headers, markup or commands by what a log holds', async () => {
    const server = await smtp()
    const notifier = await email(server.url)
    const hostile = 'x\r\nBcc: thief@evil.example\r\n\r\n<script>alert(1)</script>'
    await notifier.notify(
      fired({
        title: { en: hostile, zh: hostile },
        explanation: { en: hostile, zh: hostile },
        group: { 'url.path': `${hostile}'; rm -rf /` },
        evidence: { from: 0, to: 1, kql: `url.path: "'; rm -rf /"`, datasets: ['nginx.access'] },
      }),
      none,
    )
    const [received] = await server.received(1)
    expect(received!.to).toEqual(['ops@shop.example', 'boss@shop.example'])
    expect(received!.mail.headers.has('bcc')).toBe(false)
    expect(received!.mail.subject).toBe(
      '[P1] Alert: x\\x0d\\x0aBcc: thief@evil.example\\x0d\\x0a\\x0d\\x0a<script>alert(1)</script>',
    )
    expect(received!.mail.html).not.toContain('<script')
    expect(received!.mail.html).toContain('&lt;script&gt;')
    expect(received!.mail.text).toContain(`tailrace search 'url.path: "'\\''; rm -rf /"' --dataset`)
  })

  it('of the end of an alert lies in the thread of its beginning', async () => {
    const server = await smtp()
    const notifier = await email(server.url)
    await notifier.notify(fired(), none)
    await notifier.notify(resolved(), none)
    const [first, second] = await server.received(2)
    expect(second!.mail.inReplyTo).toBe(first!.mail.inReplyTo)
    expect(second!.mail.messageId).not.toBe(first!.mail.messageId)
    expect(first!.mail.messageId).toMatch(/^<[0-9a-f]{32}@shop\.example>$/)
  })
})

it('mails of two installations about the same change are two mails', async () => {
  const server = await smtp()
  for (const origin of ['web-1:/data', 'web-2:/data']) {
    const notifier = await email(server.url, { origin, directory: `${dir.path}/${origin.slice(0, 5)}` })
    await notifier.notify(fired(), none)
    expect(await notifier.outbox.drain()).toBe(true)
  }
  const [first, second] = await server.received(2)
  expect(first!.mail.messageId).not.toBe(second!.mail.messageId)
})

describe('a mail server', () => {
  it('that is away loses no mail and gets none twice, also across a restart', async () => {
    const port = await freePort()
    const first = await email(`smtp://127.0.0.1:${port}`)
    await first.notify(fired(), none)
    await first.notify(fired(), none)
    await waitUntil('an attempt failed', () => first.outbox.trouble)
    await first.notify(resolved(), none)
    expect(first.outbox.waiting).toBe(2)
    await first.close()
    const server = await smtp()
    const second = await email(server.url)
    await second.notify(fired(), none)
    await server.received(2)
    expect(await second.outbox.drain()).toBe(true)
    await second.close()
    const third = await email(server.url)
    await third.notify(resolved(), none)
    expect(await third.outbox.drain()).toBe(true)
    expect(server.mails.map(({ mail }) => mail.subject)).toEqual([
      '[P1] Alert: Many requests fail',
      '[P1] Resolved: Many requests fail after 20 min',
    ])
    expect(server.attempts).toBe(2)
    expect(reports).toEqual([expect.stringContaining('ECONNREFUSED')])
  })

  it('that says later gets the mail later, and its trouble is told once', async () => {
    const server = await smtp({ refuse: (attempt) => (attempt < 3 ? { code: 451, text: 'greylisted' } : undefined) })
    const notifier = await email(server.url)
    await notifier.notify(fired(), none)
    await server.received(1)
    await waitUntil('it is written down', () => notifier.outbox.waiting === 0)
    expect(reports).toEqual([expect.stringContaining('greylisted'), 'mail is sent again'])
    expect(notifier.outbox.trouble).toBeUndefined()
  })

  it('that refuses one mail gets the others', async () => {
    still = true
    const server = await smtp({ refuse: (attempt) => (attempt === 0 ? { code: 554, text: 'spam' } : undefined) })
    const notifier = await email(server.url)
    await notifier.notify(fired(), none)
    await waitUntil('it was refused', () => notifier.outbox.trouble)
    await notifier.notify(resolved(), none)
    await server.received(1)
    expect(server.mails[0]!.mail.subject).toContain('Resolved')
    expect(notifier.outbox.trouble).toContain('spam')
    now += 60_000
    await server.received(2)
    expect(server.mails[1]!.mail.subject).toContain('Alert')
    expect(reports).toEqual([expect.stringMatching(/refuses '\[P1\] Alert: .*spam/)])
  })

  it('that refuses a mail for good is asked no more, and that is said', async () => {
    const server = await smtp({ refuse: () => ({ code: 550, text: 'no such user' }) })
    const notifier = await email(server.url)
    await notifier.notify(fired(), none)
    await waitUntil('it was refused', () => notifier.outbox.trouble)
    now += 4 * 24 * hour
    await waitUntil('it was given up', () => notifier.outbox.waiting === 0)
    expect(reports.at(-1)).toMatch(
      /keeps refusing '\[P1\] Alert: Many requests fail', which is given up: .*no such user/,
    )
  })

  it('that asks for a login gets it', async () => {
    const server = await smtp({ auth: { user: 'tail@race', pass: 'p:w/d' } })
    const notifier = await email(server.url)
    await notifier.notify(fired(), none)
    await server.received(1)
    expect(reports).toEqual([])
  })
})
