import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { limitsOf } from '../../src/access/connection-limits.ts'
import type { Alert } from '../../src/alert/alert.ts'
import { dashboard } from '../../src/web/dashboard/dashboard.ts'
import { narrowed } from '../../src/web/dashboard/links.ts'
import type { Overview } from '../../src/web/dashboard/overview.ts'
import { verdictOf } from '../../src/web/dashboard/verdict.ts'
import { words } from '../../src/web/dashboard/words.ts'
import { startWeb, type Web } from '../../src/web/server.ts'
import { startBrowser } from '../support/browser.ts'
import { needs } from '../support/needs.ts'

/** Everything a log may hold to act where it is shown. */
const hostile =
  '<script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'"> "\'`&amp;</title></style></td> \u001b[2J\u001b]0;owned\u0007 \u202egpj.exe \u2066x\u2069 \u0000 \ud800'

const now = Date.UTC(2026, 10, 27, 12, 0, 30)
const interval = 60_000

const alert = (more: Partial<Alert> = {}): Alert => ({
  id: 'rule',
  rule: 'rule',
  title: { en: hostile, zh: hostile },
  severity: 'P1',
  state: 'firing',
  group: {},
  since: now - 120_000,
  value: 1,
  limit: 0,
  explanation: { en: hostile, zh: hostile },
  evidence: { from: 0, to: now, kql: hostile, datasets: [] },
  announced: true,
  ...more,
})

const overview = (more: Partial<Overview> = {}): Overview => ({
  now,
  timezone: 'Asia/Shanghai',
  namespace: 'default',
  demo: false,
  asked: { lang: 'en', fixedLang: false, range: '1h', kql: '', problem: undefined },
  troubles: [],
  alerts: [],
  files: [{ path: '/a', source: 's', state: 'active', size: 1, lagBytes: 0, lagSeconds: 0 }],
  ledger: [{ store: 'duckdb', read: 3, stored: 2, deadLettered: 1, inFlight: 0, lost: 0, balanced: true }],
  answers: { slots: [], datasets: [], events: [], slow: [] },
  silence: undefined,
  ...more,
})

const filled: Partial<Overview> = {
  answers: {
    slots: Array.from({ length: 60 }, (_, i) => ({
      at: now - (59 - i) * interval,
      counts: new Map([[hostile, i]]),
      errors: i % 7,
    })),
    datasets: [{ name: hostile, count: 1770, errors: 177, rate: 0.5 }],
    events: [{ at: now, dataset: hostile, level: hostile, levelField: 'log.level', text: hostile }],
    slow: [{ digest: 'x', fingerprint: hostile, count: 1, total: 1, mean: 1, max: 1 }],
  },
  alerts: [alert(), alert({ state: 'resolved', until: now })],
  files: [{ path: `/${hostile}`, source: hostile, state: hostile, size: 1, lagBytes: 9, lagSeconds: 1 }],
  troubles: [{ kind: 'source', text: hostile, blocks: true }],
}

describe('the verdict', () => {
  test.each<[string, Partial<Overview>, string, string]>([
    ['nothing is wrong', {}, 'good', 'All is well: everything'],
    ['nothing is followed', { files: [] }, 'good', 'nothing is followed yet'],
    ['an alert is open', { alerts: [alert({ severity: 'P2' }), alert()] }, 'bad', '2 alerts are open'],
    ['only a warning is open', { alerts: [alert({ severity: 'P2' })] }, 'warn', '1 alert is open'],
    ['alerts have ended', { alerts: [alert({ state: 'resolved' })] }, 'good', 'All is well'],
    ['the store is away', { troubles: [{ kind: 'store', text: 'x', blocks: false }] }, 'warn', 'is waited for'],
    ['a file cannot be read', { troubles: [{ kind: 'source', text: 'no /a', blocks: true }] }, 'bad', 'no /a'],
    [
      'the ledger is wrong',
      { ledger: [...overview().ledger, { ...overview().ledger[0]!, balanced: false }] },
      'bad',
      'does not balance',
    ],
    [
      'files are behind',
      { files: [{ path: '/a', source: 's', state: 'active', size: 9, lagBytes: 2048, lagSeconds: 90 }] },
      'warn',
      'Behind by 1 min 30 s (2 KiB)',
    ],
  ])('where %s', (_, more, kind, sentence) => {
    const verdict = verdictOf(overview(more), words.en)
    expect(verdict).toMatchObject({ kind, text: expect.stringContaining(sentence) })
  })
})

test('the account is told of each store, by its name where there are several', () => {
  const [first] = overview().ledger
  const page = (ledger: Overview['ledger']): string => dashboard(overview({ ledger, answers: undefined }), 'nonce')
  expect(page([first!])).toContain('<p>3 records read: 2 stored, 1 dead letters, 0 under way.</p>')
  const both = page([first!, { ...first!, store: hostile, stored: 0, deadLettered: 3 }])
  expect(both).toContain('<p><b>duckdb</b> 3 records read: 2 stored, 1 dead letters, 0 under way.</p>')
  expect(both).toContain('</b> 3 records read: 0 stored, 3 dead letters, 0 under way.</p>')
  expect(both).not.toContain(`<b>${hostile}`)
})

describe('a link that narrows', () => {
  const asked = overview().asked
  test.each([
    ['', 'log.level', 'error', 'log.level: "error"'],
    ['a or b', 'http.response.status_code', '502', '(a or b) and http.response.status_code: 502'],
    ['', 'event.dataset', 'a"b\\c', 'event.dataset: "a\\"b\\\\c"'],
    ['log.level: "error"', 'log.level', 'error', 'log.level: "error"'],
  ])('%j by %s %j', (kql, field, value, expected) => {
    expect(narrowed({ ...asked, kql }, field, value)).toBe(expected)
  })
})

needs('browser')('the page in a browser', () => {
  let browser: Browser
  let web: Web | undefined
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser?.close())
  afterEach(() => web?.close())

  /** Opens the page; what a browser complains of is collected. */
  const open = async (given: () => Overview, more: Parameters<Browser['newPage']>[0] = {}) => {
    web = await startWeb({
      host: '127.0.0.1',
      port: 0,
      ready: () => ({ ready: true }),
      metrics: async () => '',
      pages: { '/': async ({ nonce }) => ({ html: dashboard(given(), nonce) }) },
      report: () => undefined,
      refused: () => undefined,
      audit: () => undefined,
      limits: limitsOf(undefined),
    })
    const page: Page = await browser.newPage(more)
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('dialog', (dialog) => {
      complaints.push(dialog.message())
      void dialog.dismiss()
    })
    await page.goto(web.address)
    return { page, complaints, address: web.address }
  }

  test('hostile values are text, in both languages', async () => {
    for (const lang of ['en', 'zh'] as const) {
      const shown = overview({ ...filled, asked: { ...overview().asked, lang, kql: hostile, problem: hostile } })
      const { page, complaints } = await open(() => shown)
      expect(await page.title()).not.toBe('owned')
      expect(await page.locator('img, main script, iframe').count()).toBe(0)
      expect(await page.locator('#latest .text').textContent()).toContain('<script>document.title="owned"</script>')
      const all = await page.content()
      for (const char of ['\u001b', '\u202e', '\u2066', '\u0007']) expect(all).not.toContain(char)
      expect(complaints).toEqual([])
      await page.close()
      await web?.close()
    }
  })

  test('fits a narrow window, and every control has a name', async () => {
    const { page, complaints } = await open(() => overview(filled), { viewport: { width: 340, height: 700 } })
    const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(wide).toBe(0)
    const nameless = await page.evaluate(
      `[...document.querySelectorAll('input:not([type=hidden]), button, a, [role=img], [role=region]')].filter((one) => !(one.textContent.trim() || one.getAttribute('aria-label') || document.querySelector('label[for="' + one.id + '"]'))).length`,
    )
    expect(nameless).toBe(0)
    expect(await page.locator('table').count()).toBe(await page.locator('table:has(thead th[scope=col])').count())
    expect(complaints).toEqual([])
    await page.close()
  })

  test('text stands out from what is behind it, light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open(() => overview(filled), { colorScheme })
      const low = await page.evaluate(`(() => {
        const numbers = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number)
        const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
        const behind = (node) => {
          for (let one = node; one; one = one.parentElement) {
            const colour = numbers(getComputedStyle(one).backgroundColor)
            if (colour.length === 3 || colour[3] > 0) return colour
          }
          return [255, 255, 255]
        }
        const low = []
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
        while (walk.nextNode()) {
          const node = walk.currentNode.parentElement
          if (!walk.currentNode.data.trim() || node.closest('script, svg') || !node.checkVisibility()) continue
          const [a, b] = [light(numbers(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x)
          if ((a + 0.05) / (b + 0.05) < 4.5) low.push(node.className + ': ' + walk.currentNode.data.slice(0, 30))
        }
        return low
      })()`)
      expect(low).toEqual([])
      await page.close()
      await web?.close()
    }
  })

  test('new figures come without a new page, and what is being read stays', { timeout: 120_000 }, async () => {
    let count = 1
    const { page, complaints } = await open(() =>
      overview({
        ledger: [{ ...overview().ledger[0]!, read: count * 111 }],
        answers: { ...filled.answers!, events: [] },
      }),
    )
    await page.evaluate('window.same = true')
    await page.locator('#q').fill('half a que')
    await page.locator('#figures summary').click()
    await page.locator('#q').focus()
    count = 5
    await expect.poll(() => page.locator('#foot').textContent(), { timeout: 60_000 }).toContain('555 records')
    expect(await page.evaluate('window.same')).toBe(true)
    expect(await page.locator('#q').inputValue()).toBe('half a que')
    expect(await page.locator('#figures').getAttribute('open')).not.toBeNull()
    expect(complaints).toEqual([])
    await page.close()
  })

  test('it is whole without JavaScript', async () => {
    const { page } = await open(() => overview(filled), { javaScriptEnabled: false })
    expect(await page.locator('#latest tbody tr').count()).toBe(1)
    expect(await page.locator('#events svg').first().isVisible()).toBe(true)
    expect(await page.locator('#pause').isVisible()).toBe(false)
    expect(await page.locator('noscript meta').count()).toBe(1)
    await page.close()
  })
})
