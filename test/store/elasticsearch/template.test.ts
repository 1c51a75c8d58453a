import { expect, it } from 'vitest'
import type { Field, Schema } from '../../../src/event/field.ts'
import { fields } from '../../../src/event/field.ts'
import { openBulkReply } from '../../../src/store/elasticsearch/bulk-reply.ts'
import { templateOf } from '../../../src/store/elasticsearch/template.ts'
import { createTroubles } from '../../../src/store/elasticsearch/trouble.ts'
import { judge } from '../../../src/store/elasticsearch/verdict.ts'

const elasticsearch = { kind: 'elasticsearch', version: '8.19.0', major: 8, dataStreams: true } as const
const schema: Schema = new Map<string, Field>([
  ['@timestamp', fields['@timestamp']],
  ['message', fields.message],
  ['http.response.status_code', fields['http.response.status_code']],
  ['http.request.method', fields['http.request.method']],
  ['source.ip', fields['source.ip']],
  ['nginx.access.gzip_ratio', fields['nginx.access.gzip_ratio']],
  ['user_agent.bot', fields['user_agent.bot']],
  ['json', fields.json],
])

it('a template says of each field what the field table says, and maps nothing else', () => {
  expect(templateOf('nginx.access', schema, elasticsearch)).toMatchObject({
    index_patterns: ['logs-nginx.access-*'],
    priority: 250,
    data_stream: {},
    template: {
      settings: { 'index.auto_expand_replicas': '0-1' },
      mappings: {
        dynamic: false,
        properties: {
          '@timestamp': { type: 'date' },
          message: { type: 'text', analyzer: 'standard' },
          http: {
            properties: {
              response: { properties: { status_code: { type: 'long' } } },
              request: { properties: { method: { type: 'keyword', ignore_above: 1024 } } },
            },
          },
          source: { properties: { ip: { type: 'ip' } } },
          nginx: { properties: { access: { properties: { gzip_ratio: { type: 'double' } } } } },
          user_agent: { properties: { bot: { type: 'boolean' } } },
          json: { type: 'flattened', ignore_above: 1024 },
        },
      },
    },
  })
})

it('OpenSearch has another name for undeclared members', () => {
  const opensearch = { kind: 'opensearch', version: '3.8.0', major: 3, dataStreams: true } as const
  expect(templateOf('x', schema, opensearch)).toMatchObject({
    template: { mappings: { properties: { json: { type: 'flat_object' } } } },
  })
})

it('an engine without data streams gets none, and 9 is told to keep times as they are', () => {
  expect(templateOf('x', schema, { ...elasticsearch, dataStreams: false })).not.toHaveProperty('data_stream')
  const settings = (major: number) =>
    (templateOf('x', schema, { ...elasticsearch, major })['template'] as { settings: object }).settings
  expect(settings(9)).toHaveProperty(['index.mode'], 'standard')
  expect(settings(8)).not.toHaveProperty(['index.mode'])
})

it('a reply in which everything that was sent was made is told from every other', () => {
  const item = (i: number, status = 201) => `{"create":{"_id":"k-${i}","status":${status}}}`
  const text = (items: readonly string[]) => `{"took":12,"errors":false,"items":[${items.join(',')}]}`
  const says = (reply: string, count: number): boolean => {
    const memory = Buffer.from(Array.from({ length: count }, (_, i) => `k-${i}`.padEnd(10)).join(''))
    const ids = { count, memory, start: (i: number) => 10 * i, end: (i: number) => 10 * i + `k-${i}`.length }
    const whole = Buffer.from(reply)
    const cuts = [0, 64, whole.length >> 1, whole.length - 1, whole.length].filter((cut) => cut === 0 || cut >= 64)
    const answers = cuts.map((cut) => {
      const read = openBulkReply(ids)
      if (cut > 0) read.take(whole.subarray(0, cut))
      read.take(whole.subarray(cut))
      expect(read.text()).toBe(reply)
      return read.allCreated
    })
    expect(new Set(answers).size).toBe(1)
    return answers[0]!
  }
  expect(says(text([item(0)]), 1)).toBe(true)
  for (const count of [2, 255, 500]) {
    const items = Array.from({ length: count }, (_, i) => item(i))
    expect(says(text(items), count)).toBe(true)
    expect(says(text(items), count - 1)).toBe(false)
    expect(says(text(items), count + 1)).toBe(false)
    for (const odd of [0, count >> 1, count - 1]) {
      expect(says(text(items.with(odd, item(odd, 429))), count)).toBe(false)
      expect(says(text(items.with(odd, item(odd + 1))), count)).toBe(false)
    }
  }
  const others = [
    text([item(0), item(1, 409)]),
    text([item(0), item(1).replace('201}', '201,"failure_store":"used"}')]),
    text([item(1), item(0)]),
    text([]),
    text([item(0), item(1)]).slice(0, -1),
    `${text([item(0), item(1)])} `,
    text([item(0), item(1)]).repeat(2),
    text([item(0), item(1)]).replace('false', 'true'),
    text([item(0), item(1)]).replace(',{', ';{'),
  ]
  for (const other of others) expect(says(other, 2)).toBe(false)
})

it('a mapping fault is never taken for a fault of the cluster, whatever the document says', () => {
  const reason = "failed to parse field [x] of type [long]: 'the index is blocked, read-only, the disk is full'"
  expect(judge({ status: 400, error: { type: 'mapper_parsing_exception', reason } })).toBe('dead')
  expect(judge({ status: 400, error: { type: 'document_parsing_exception', reason } })).toBe('dead')
})

it('of several troubles the oldest is told, made printable and cut', () => {
  const troubles = createTroubles(() => Date.parse('2026-11-23T12:01:33Z'))
  const [one, two] = [troubles.open(), troubles.open()]
  expect(troubles.text).toBeUndefined()
  one.say('first')
  two.say('second')
  one.say('first, still')
  expect(troubles.text).toBe('first, still (since 12:01:33Z)')
  one.end()
  expect(troubles.text).toBe('second (since 12:01:33Z)')
  two.end()
  expect(troubles.text).toBeUndefined()
})
