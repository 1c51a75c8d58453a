import type { Alert, Transition } from '../../src/alert/alert.ts'

const alert: Alert = {
  id: 'nginx-5xx-share',
  rule: 'nginx-5xx-share',
  title: { en: 'Many requests fail', zh: '请求失败过多' },
  severity: 'P1',
  state: 'firing',
  group: {},
  since: Date.parse('2026-11-23T12:00:00Z'),
  value: 0.5,
  limit: 0.05,
  explanation: { en: '50% of 100 records match', zh: '100 条记录中有 50% 符合' },
  evidence: {
    from: Date.parse('2026-11-23T12:00:00Z'),
    to: Date.parse('2026-11-23T12:05:00Z'),
    kql: 'http.response.status_code >= 500',
    datasets: ['nginx.access'],
  },
  announced: true,
}

export const fired = (more: Partial<Alert> = {}): Transition => ({
  id: 'nginx-5xx-share@2026-11-23T12:00:00.000Z/fired',
  kind: 'fired',
  at: Date.parse('2026-11-23T12:06:00Z'),
  alert: { ...alert, ...more },
})

export const resolved = (more: Partial<Alert> = {}): Transition => ({
  id: 'nginx-5xx-share@2026-11-23T12:00:00.000Z/resolved',
  kind: 'resolved',
  at: Date.parse('2026-11-23T12:21:00Z'),
  alert: { ...alert, state: 'resolved', until: Date.parse('2026-11-23T12:20:00Z'), ...more },
})
