import type { Batch } from '../event/batch.ts'
import { outcome } from '../event/batch.ts'
import { absent, type Column, type MembersColumn } from '../event/column.ts'
import { type Diagnostic, diagnose, markSite } from '../event/diagnostic.ts'
import { typeOf } from './declare.ts'
import { mapText, nothingPassed, type Passed } from './map-text.ts'
import { markOfName, redactJson } from './redaction/redact-json.ts'
import { redactSql } from './redaction/redact-sql.ts'
import { markOf, type RedactionChoice, redactions, redactText } from './redaction/redact-text.ts'
import { isSuspect } from './redaction/suspect.ts'
import type { Transform } from './transform.ts'

/** Fields looked at unless others are named: those that carry people's or programs' own words. `.*`: all below. */
const redactedFields = [
  'message', 'error.message', 'error.stack_trace', 'event.original', 'url.original', 'url.path', 'url.query',
  'http.request.referrer', 'nginx.error.request', 'nginx.error.subrequest', 'nginx.error.upstream',
  'nginx.error.more', 'nginx.access.request', 'nginx.access.variables.*', 'nginx.stream.variables.*',
  'nginx.ingress_controller.request', 'apache.access.request', 'apache.error.more', 'file.path',
  'haproxy.http.request.raw_request_line', 'haproxy.http.request.captured_headers',
  'haproxy.http.request.captured_cookie', 'haproxy.http.response.captured_headers',
  'haproxy.http.response.captured_cookie', 'haproxy.http.captured_headers', 'traefik.access.request',
  'mysql.slowlog.query', 'mysql.slowlog.explain', 'json',
] as const // biome-ignore format: one list, read across

export interface RedactOptions extends RedactionChoice {
  /** Instead of `redactedFields`; `app.*` means every field below. A field named like a secret (`labels.api_key`) is replaced whole. */
  readonly fields?: readonly string[]
}

const query = 'mysql.slowlog.query'

const holdsText = (column: Column): boolean =>
  column.kind === 'list' || column.kind === 'dictionary'
    ? holdsText(column.values)
    : ['text', 'json', 'members', 'constant'].includes(column.kind)

/**
 * Replaces secrets and personal data by marks like `[redacted:card]`, in texts, lists and undeclared JSON members.
 * On unless switched off: `password`, `token`, `card`, `phone`, `email`, `identity`; off unless switched on: `sql`
 * (`redactions` says what each looks for). Put it before transforms that copy what it should hide.
 */
export const redact = (options: RedactOptions = {}): Transform => {
  const site = markSite(redact)
  const { fields = redactedFields, ...choice } = options
  const problems: Diagnostic[] = []
  for (const kind of Object.keys(choice))
    if (!Object.hasOwn(redactions, kind))
      problems.push(
        diagnose(site, `redact knows no kind called ${kind}`, `Choose among ${Object.keys(redactions).join(', ')}`),
      )
  for (const field of fields)
    if (!['keyword', 'text', 'flattened'].includes(typeOf(field)))
      problems.push(
        diagnose(
          site,
          `redact cannot change ${field}: it holds no text`,
          'Name text, keyword or flattened fields, or remove the field',
        ),
      )
  const sql = choice.sql ?? redactions.sql.on
  const rest = Object.keys(redactions).some(
    (kind) =>
      kind !== 'sql' && (choice[kind as keyof RedactionChoice] ?? redactions[kind as keyof typeof redactions].on),
  )

  const named = new Set<string>(fields)
  const below = fields.filter((field) => field.endsWith('.*')).map((field) => field.slice(0, -1))

  const columnOf = (batch: Batch, field: string, column: Column, passed: Passed): Column => {
    if (column.kind === 'members') return redactMembers(batch, field, column, choice)
    if (column.kind === 'json') return { ...redactSpans(batch, field, column.start, column.end, choice), kind: 'json' }
    const mark = markOfName(field, choice)
    if (mark !== undefined) return mapText(batch, column, { map: () => mark })
    if (field === query && sql) {
      const literal = markOf('sql')
      return mapText(batch, column, { map: (text) => redactText(redactSql(text, literal), choice) })
    }
    return rest ? mapText(batch, column, { map: (text) => redactText(text, choice), skips, passed }) : column
  }
  return Object.freeze({
    name: 'redact',
    needs: [],
    adds: {},
    problems,
    apply(batch: Batch) {
      const passed = nothingPassed(batch)
      for (const [field, column] of batch.columns) {
        if (!named.has(field) && !(below.some((start) => field.startsWith(start)) && holdsText(column))) continue
        const redacted = columnOf(batch, field, column, passed)
        if (redacted !== column) batch.columns.set(field, redacted)
      }
    },
  })
}

const skips = (memory: Uint8Array, start: number, end: number): boolean => !isSuspect(memory, start, end)

/** JSON values one by one: they are seldom alike, so no dictionary is made. */
const redactSpans = (
  batch: Batch,
  name: string,
  start: Uint32Array,
  end: Uint32Array,
  choice: RedactionChoice,
): { readonly start: Uint32Array; readonly end: Uint32Array } => {
  const to = { start: start.slice(), end: end.slice() }
  for (let i = 0; i < batch.count; i++)
    if (batch.outcome[i] === outcome.live && start[i] !== absent) redactSpan(batch, name, i, to, choice)
  return to
}

const redactSpan = (
  batch: Batch,
  name: string,
  i: number,
  spans: { readonly start: Uint32Array; readonly end: Uint32Array },
  choice: RedactionChoice,
): void => {
  const { bytes, node } = batch.block.arena
  const from = spans.start[i]!
  const to = spans.end[i]!
  const named = name === '' ? undefined : markOfName(name, choice)
  if (named === undefined && !isSuspect(bytes, from, to)) return
  const text = node.toString('utf8', from, to)
  const redacted = redactJson(name, text, choice)
  if (redacted === text) return
  const slice = batch.scratch.write(redacted)
  spans.start[i] = slice.start
  spans.end[i] = slice.end
}

const redactMembers = (batch: Batch, field: string, column: MembersColumn, choice: RedactionChoice): MembersColumn => {
  const { node } = batch.block.arena
  const value = { start: column.value.start.slice(), end: column.value.end.slice() }
  for (let row = 0; row < batch.count; row++) {
    if (batch.outcome[row] !== outcome.live) continue
    for (let i = column.first[row]!; i < column.first[row + 1]!; i++) {
      const key = node.toString('utf8', column.key.start[i]!, Math.min(column.key.end[i]!, column.key.start[i]! + 256))
      redactSpan(batch, `${field}.${key}`, i, value, choice)
    }
  }
  return { ...column, value }
}
