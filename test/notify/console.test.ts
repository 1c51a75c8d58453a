import { expect, it } from 'vitest'
import { openConsole } from '../../src/notify/console.ts'
import { fired, resolved } from './changes.ts'

const none = new AbortController().signal

it('a change is one line of the log, serious ones are errors, and what a log wrote cannot act', async () => {
  const lines: unknown[] = []
  const at = (level: string) => (about: unknown, text?: string) => void lines.push([level, about, text])
  const log = { info: at('info'), warn: at('warn'), error: at('error') }
  const english = openConsole({ name: 'console', log })
  await english.notify(fired({ explanation: { en: 'a\nb \u202egnp.exe', zh: '' } }), none)
  await english.notify(fired({ severity: 'P3' }), none)
  await openConsole({ name: 'console', lang: 'zh', log }).notify(resolved(), none)
  expect(lines).toEqual([
    ['error', { alert: 'nginx-5xx-share' }, 'alert: P1 Many requests fail. a\\x0ab \\u{202e}gnp.exe'],
    ['warn', { alert: 'nginx-5xx-share' }, 'alert: P3 Many requests fail. 50% of 100 records match'],
    ['info', { alert: 'nginx-5xx-share' }, 'resolved: P1 请求失败过多，持续 20 分钟。100 条记录中有 50% 符合'],
  ])
})
