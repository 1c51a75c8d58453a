import { describe, expect, it } from 'vitest'
import type { Digest } from '../../src/digest/digest.ts'
import { digestMail } from '../../src/digest/digest-mail.ts'
import { renderHtml } from '../../src/digest/render-html.ts'
import { renderText } from '../../src/digest/render-text.ts'
import { composeMail } from '../../src/notify/mail.ts'
import { account, alert, emptyDigest, endpoint, fullDigest, query } from './example.ts'

const first = (digest: Digest, lang: 'en' | 'zh' = 'en'): string => renderText(digest, lang).split('\n')[0]!

describe('the first line', () => {
  it('says how the day was', () => {
    expect(first(fullDigest())).toBe(
      '1.2M events (+12%), 3 alerts (1 still open), 0.4% of requests failed, the ledger balances',
    )
    expect(first(fullDigest(), 'zh')).toBe('120万 条事件（+12%），3 条告警（1 条未恢复），0.4% 的请求失败，账目平衡')
    expect(first(emptyDigest())).toBe('Nothing came in, no alert')
    expect(first(emptyDigest(), 'zh')).toBe('没有数据，没有告警')
  })

  it('does not keep bad news of the ledger to itself', () => {
    expect(
      first(
        fullDigest({ ledger: [account({ deadLettered: 3, lost: 2048 }), account({ source: 'b', balanced: false })] }),
      ),
    ).toMatch(/THE LEDGER DOES NOT BALANCE, 3 dead letters, 2 KiB lost$/)
  })

  it('counts dead letters in every store, and what is lost of a file once', () => {
    const lost = account({ deadLettered: 3, lost: 2048 })
    const ledger = [lost, { ...lost, store: 'second', deadLettered: 1 }, account({ source: 'b', lost: 1024 })]
    expect(first(fullDigest({ ledger }))).toMatch(/the ledger balances, 4 dead letters, 3 KiB lost$/)
  })
})

describe('the text', () => {
  it('has every section, open alerts first, and what an ended one was about', () => {
    expect(renderText(fullDigest(), 'en').split('\n')).toEqual([
      '1.2M events (+12%), 3 alerts (1 still open), 0.4% of requests failed, the ledger balances',
      'Sunday 22 November 2026 · Asia/Shanghai',
      '',
      'Events by hour',
      '  |████████████████████████|',
      '',
      'Alerts',
      '  State                          When',
      '  P1 Many requests fail',
      '  open        09:00 – … (23 h 10 min)',
      '    50% of 100 records match',
      '  P1 Many requests fail',
      '  resolved        09:00 – 10:00 (1 h)',
      '    it was 60%',
      '  P1 Many requests fail',
      '  resolved  11-21 23:00 – 01:00 (2 h)',
      '    50% of 100 records match',
      '',
      'Volume and errors',
      '  Dataset          Events  Change  Errors',
      '  nginx.access  1,200,000    +12%   4,800',
      '',
      'Endpoints',
      '  Endpoint      Requests   5xx     p95',
      '  /orders/{id}     1,000  0.4%  120 ms',
      '',
      'Slow statements',
      '  Runs  Total   Mean  Longest',
      '  select * from orders where id = ?',
      '  10     35 s  3.5 s    5.9 s',
      '    3DD356EF94622705 · shop · SELECT * FROM orders WHERE id = 7',
      '',
      'Ledger',
      '  Read          Stored  Dead     Balance',
      '  nginx.access → duckdb',
      '  1,200,000  1,200,000     0  ✓ balances',
      '',
      '(compared with the day before)',
      '',
    ])
  })

  it('of an empty day says in each section that there was nothing', () => {
    const text = renderText(emptyDigest(), 'en')
    for (const said of ['No alert.', 'Nothing came in.', 'No slow statement.', 'Nothing was read.'])
      expect(text).toContain(said)
  })

  it('names what is worth a look', () => {
    const text = renderText(
      fullDigest({
        datasets: [
          { dataset: 'redis.log', now: { count: 0, errors: 0 }, before: { count: 12, errors: 0 } },
          { dataset: 'python.log', now: { count: 90, errors: 40 }, before: { count: 90, errors: 2 } },
        ],
        endpoints: [endpoint({ template: '/pay', now: { count: 100, errors: 12 }, before: { count: 100, errors: 1 } })],
        slow: [query({ before: 0 })],
      }),
      'en',
    )
    expect(text).toContain('  - redis.log fell silent: 12 events the day before, none now\n')
    expect(text).toContain('  - python.log has 40 errors, 2 the day before\n')
    expect(text).toContain('  - /pay fails 12% of the time, 1% the day before\n')
    expect(text).toContain('  - A slow statement that was not there the day before: select * from orders where id = ?')
  })

  it('says that a day is not over, or not wholly read', () => {
    const digest = fullDigest({ behind: true })
    expect(renderText(digest, 'en')).toContain('Not everything that was written on this day has been read yet')
    const soFar = renderText({ ...digest, day: { ...digest.day, soFar: true } }, 'en')
    expect(soFar).toContain('Sunday 22 November 2026 so far (08:10) · Asia/Shanghai')
    expect(soFar).toContain('(compared with the day before up to the same time)')
  })
})

describe('what a log wrote', () => {
  const hostile = 'x\r\nBcc: thief@evil.example\r\n\r\n<script>alert(1)</script>\u001b[2J\u202egnp\u0000'
  const digest = fullDigest({
    datasets: [{ dataset: hostile, now: { count: 20, errors: 20 }, before: { count: 20, errors: 0 } }],
    endpoints: [endpoint({ template: hostile, now: { count: 20, errors: 20 }, before: { count: 20, errors: 0 } })],
    slow: [
      query({
        fingerprint: hostile,
        example: `SELECT '${'长'.repeat(10_000)}'`,
        schema: hostile,
        digest: 'AAAA',
        before: 0,
      }),
    ],
    alerts: [alert({ title: { en: hostile, zh: hostile }, explanation: { en: hostile, zh: hostile } })],
    ledger: [account({ source: hostile })],
  })

  it('cannot act in a terminal', () => {
    for (const lang of ['en', 'zh'] as const) {
      const text = renderText(digest, lang)
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
      expect(text).not.toMatch(/^Bcc/m)
    }
  })

  it('cannot act in a page', () => {
    for (const lang of ['en', 'zh'] as const) {
      const html = renderHtml(digest, lang)
      expect(html).not.toContain('<script')
      expect(html).toContain('&lt;script&gt;')
      expect(html).not.toMatch(/[\u0000-\u001f\u202a-\u202e]/)
    }
  })

  it('is cut to what one can read', () => {
    expect(renderText(digest, 'en').length).toBeLessThan(6000)
    expect(renderHtml(digest, 'en').length).toBeLessThan(40_000)
  })

  it('cannot begin a header', async () => {
    const mail = { ...digestMail(digest, 'en', 'digest:2026-11-22'), subject: hostile }
    const eml = (await composeMail(mail, { from: 'a@shop.example', to: 'b@shop.example' })).toString('utf8')
    expect(eml.slice(0, eml.indexOf('\r\n\r\n'))).not.toMatch(/^Bcc/im)
  })
})

describe('the page', () => {
  it('says the same as the text, in both languages', () => {
    const html = renderHtml(fullDigest(), 'zh')
    expect(html).toContain('lang="zh-CN"')
    expect(html).toContain('120万 条事件（+12%），3 条告警（1 条未恢复），0.4% 的请求失败，账目平衡')
    expect(html).toContain('2026年11月22日 星期日')
    for (const said of ['请求失败过多', '曾达 60%', '/orders/{id}', '1,200,000', '✓ 平衡']) expect(html).toContain(said)
  })

  it('needs nothing from outside, and no script', () => {
    expect(renderHtml(fullDigest(), 'en')).not.toMatch(/src=|href=|url\(|<script|<img|<svg|<style/)
  })

  it('has a bar for each of the 25 hours of a day', () => {
    const hours = Array.from({ length: 25 }, (_, i) => ({
      at: Date.parse('2026-10-24T22:00:00Z') + i * 3_600_000,
      count: i,
      errors: 0,
    }))
    const digest = fullDigest({ hours })
    const html = renderHtml({ ...digest, day: { ...digest.day, timezone: 'Europe/Berlin' } }, 'en')
    expect(html.match(/<td title="/g)).toHaveLength(25)
    expect(html).toContain('title="02:00 · 2 · 0"')
    expect(html).toContain('title="02:00 · 3 · 0"')
    expect(html).toContain('title="23:00 · 24 · 0"')
  })
})
