import { format } from 'date-fns/format'
import type { Alert } from '../alert/alert.ts'
import { escapeHtml } from '../event/html.ts'
import { printable } from '../event/printable.ts'
import { everything } from '../query/tree.ts'
import type { Context } from './context.ts'

const safe = (value: unknown): string => escapeHtml(printable(String(value ?? '')))

const at = (document: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
    document,
  )

const table = (names: readonly string[], rows: readonly (readonly unknown[])[]): string =>
  rows.length === 0
    ? '<p>None.</p>'
    : `<table><tr>${names.map((name) => `<th>${safe(name)}</th>`).join('')}</tr>${rows
        .map((row) => `<tr>${row.map((cell) => `<td>${safe(cell)}</td>`).join('')}</tr>`)
        .join('')}</table>`

const style =
  'body{font:14px/1.45 system-ui,sans-serif;margin:2rem;color:#1c2430}h1{font-size:1.3rem}h2{font-size:1rem;margin-top:1.6rem}table{border-collapse:collapse}td,th{text-align:left;padding:.15rem .8rem .15rem 0;vertical-align:top;max-width:60rem;overflow-wrap:anywhere}th{color:#667}svg rect{fill:#3a6ea5}'

const minutes = 60

/** Events a minute over the last hour, as bars. */
const bars = (counts: readonly number[]): string => {
  const most = Math.max(1, ...counts)
  const rects = counts.map((count, i) => {
    const height = Math.round((count / most) * 80)
    return `<rect x="${i * 10}" y="${80 - height}" width="8" height="${height}"><title>${count}</title></rect>`
  })
  return `<svg width="${counts.length * 10}" height="80" role="img" aria-label="events a minute">${rects.join('')}</svg>`
}

/** The page at `/`: events over time, open alerts, the latest events. No script; it loads itself again. */
export const pageOf = async (context: Context, alerts: readonly Alert[], signal: AbortSignal): Promise<string> => {
  const { store, config } = context
  const now = Date.now()
  const first = now - (now % 60_000) - (minutes - 1) * 60_000
  const scope = { where: everything, namespace: config.namespace }
  await store.refresh(signal)
  const buckets = await store.aggregate({ ...scope, since: first, by: [], interval: 60_000, metrics: [] }, signal)
  const counts = Array.from({ length: minutes }, () => 0)
  for (const bucket of buckets) {
    const slot = Math.floor(((bucket.at ?? first) - first) / 60_000)
    if (slot >= 0 && slot < minutes) counts[slot] = bucket.count
  }
  const latest: unknown[][] = []
  for await (const document of store.search({ ...scope, limit: 50 }, signal))
    latest.push([
      at(document, '@timestamp'),
      at(document, 'event', 'dataset'),
      at(document, 'log', 'level') ?? at(document, 'http', 'response', 'status_code'),
      at(document, 'message') ?? at(document, 'url', 'original') ?? at(document, 'mysql', 'slowlog', 'query'),
    ])
  const open = alerts.filter(({ state }) => state === 'firing')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="10"><title>Tailrace</title><style>${style}</style>
<h1>Tailrace</h1><p>${safe(format(now, 'yyyy-MM-dd HH:mm:ss'))}</p>
<h2>Events a minute, last hour</h2>${bars(counts)}
<h2>Open alerts</h2>${table(
    ['severity', 'since', 'what', 'why'],
    open.map(({ severity, since, title, explanation }) => [
      severity,
      format(since, 'yyyy-MM-dd HH:mm'),
      title.en,
      explanation.en,
    ]),
  )}
<h2>Latest events</h2>${table(['time', 'dataset', 'level', 'what'], latest)}</html>`
}
