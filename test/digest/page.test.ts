import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { renderHtml } from '../../src/digest/render-html.ts'
import { startBrowser } from '../support/browser.ts'
import { needs } from '../support/needs.ts'
import { account, alert, endpoint, fullDigest, query } from './example.ts'

const long = `/${'segment'.repeat(60)}<img src=x onerror="document.title='hit'"><script>document.title='hit'</script>`
const digest = fullDigest({
  datasets: [
    {
      dataset: 'nginx.ingress_controller',
      now: { count: 123_456_789, errors: 123_456 },
      before: { count: 90, errors: 2 },
    },
  ],
  endpoints: [endpoint(), endpoint({ template: long, now: { count: 200, errors: 120 }, p95: 4_200_000_000 })],
  slow: [query({ fingerprint: long, example: `SELECT ${'x'.repeat(10_000)}`, before: 0 })],
  alerts: [alert({ title: { en: long, zh: long }, explanation: { en: long, zh: long } })],
  ledger: [account(), account({ source: long, balanced: false, filtered: 1200, lost: 4096, deadLettered: 7 })],
})

needs('browser')('the digest on a telephone', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser.close())

  it.each(['en', 'zh'] as const)('is no wider than the screen, and nothing a log wrote runs (%s)', async (lang) => {
    const page = await browser.newPage({ viewport: { width: 340, height: 700 } })
    const html = renderHtml(digest, lang)
    await page.setContent(html)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(340)
    expect(await page.title()).not.toBe('hit')
    expect(await page.locator('img, script').count()).toBe(0)
  })
})
