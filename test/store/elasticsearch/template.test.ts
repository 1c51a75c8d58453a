import { expect, it } from 'vitest'
import type { Field, Schema } from '../../../src/event/field.ts'
import { fields } from '../../../src/event/field.ts'
import { allCreated } from '../../../src/store/elasticsearch/quick-reply.ts'
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

it('a reply in which everything was made is told from every other', () => {
  const item = '{"create":{"status":201}}'
  const text = (items: readonly string[]) => `{"took":12,"errors":false,"items":[${items.join(',')}]}`
  expect(allCreated(text([item]))).toEqual({ errors: false, created: 1 })
  const refused = '{"create":{"status":429}}'
  for (const count of [2, 255, 256, 257, 258, 513, 5000]) {
    const items = Array<string>(count).fill(item)
    expect(allCreated(text(items))).toEqual({ errors: false, created: count })
    for (const odd of [1, count >> 1, count - 1]) expect(allCreated(text(items.with(odd, refused)))).toBeUndefined()
  }
  const others = [
    text([item, '{"create":{"status":409}}']),
    text([item, '{"create":{"status":201,"failure_store":"used"}}', item]),
    text([]),
    text([item, item]).slice(0, -1),
    `${text([item])} `,
    text([item]).replace('false', 'true'),
  ]
  for (const other of others) expect(allCreated(other)).toBeUndefined()
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
