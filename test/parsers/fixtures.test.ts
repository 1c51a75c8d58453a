import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recognise } from '../../src/grammar/recognise.ts'
import { loadFormats } from '../../src/service/formats.ts'
import {
  envelopes,
  expectedPath,
  fixtureFiles,
  fixtures,
  grammarFor,
  open,
  parserOf,
  readFixture,
  render,
  truth,
} from './read-fixture.ts'

const { grammars } = await loadFormats()
const grammarOf = (fixture: string) => grammarFor(grammars, fixture)
const folders = [...new Set(fixtureFiles.map(parserOf))]
const known = new Set([...grammars, ...envelopes].map(({ name }) => name))

describe('fixtures', () => {
  it('are the files that truth.json tells of', () => {
    expect(fixtureFiles).toEqual(Object.keys(truth).sort())
  })

  it('of formats that have no parser are those open.json names', () => {
    expect(folders.filter((name) => !known.has(name))).toEqual(Object.keys(open).filter((name) => !name.includes('/')))
  })

  it('are there for every parser', () => {
    expect([...known].filter((name) => !folders.includes(name))).toEqual([])
  })

  it('are there for every expectation', () => {
    const expected = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.expected.json'),
    )
    const logs = new Set(fixtureFiles.map(expectedPath))
    expect(expected.filter((name) => !logs.has(join(fixtures, name)))).toEqual([])
  })
})

describe.each(folders.filter((name) => known.has(name)))('%s', (folder) => {
  const mine = fixtureFiles.filter((fixture) => parserOf(fixture) === folder)
  const isOpen = (fixture: string): boolean => open[fixture] !== undefined
  const counts = async (fixture: string): Promise<void> => {
    const { documents, failures } = await readFixture(grammarOf(fixture)!, fixture)
    const { records, failures: failed = 0, forged = 0 } = truth[fixture]!
    expect({ records: documents.length + failures.length, failures: failures.length }).toEqual({
      records: records + forged,
      failures: failed,
    })
  }
  it.each(mine.filter((fixture) => !isOpen(fixture)))('reads the records of %s', counts)
  // One that is read after all fails here: it has to leave the list.
  it.fails.each(mine.filter(isOpen))('does not read %s yet', counts)
  it.each(mine.filter((fixture) => existsSync(expectedPath(fixture))))('reads %s as expected', async (fixture) => {
    expect(render(await readFixture(grammarOf(fixture)!, fixture))).toBe(readFileSync(expectedPath(fixture), 'utf8'))
  })
})

/** Logs whose first records do not tell what they are: broken ones, and what only a more general format can claim. */
const unrecognised: Readonly<Record<string, string>> = {
  'json/deep.log': 'half of it is refused',
  'json/no-objects.log': 'most of it is no JSON',
  'json/binary-garbage.log': 'nothing of it is text',
  'json/python-json-logger-nan.log': 'half of it is no JSON',
  'json/two-on-one-line.log': 'half of it is no JSON',
  'json/empty.log': 'there is nothing',
  'json/one-line-end.log': 'there is nothing',
  'python.log/utf-16.log': 'bytes are looked at before they are decoded',
}

/** A record each of programs that log JSON, after their manuals: no parser but that for any JSON may take them for its own. */
const lookAlikes: Readonly<Record<string, readonly string[]>> = {
  Nextcloud: [
    '{"reqId":"Xf3aKq","level":2,"time":"2026-03-10T08:00:00+00:00","remoteAddr":"203.0.113.7","user":"anna","app":"core","method":"POST","url":"/login","message":"Login failed","userAgent":"Mozilla/5.0","version":"28.0.1.1"}',
    '{"reqId":"Xf3aKr","level":30,"time":"March 10, 2026 08:00:00","remoteAddr":"","user":"--","app":"PHP","method":"","url":"--","message":{"Exception":"Error"},"userAgent":"--","version":"27"}',
  ],
  Monolog: [
    '{"message":"refused","context":{},"level":400,"level_name":"ERROR","channel":"app","datetime":"2026-03-10T08:00:00.123456+00:00","extra":{}}',
  ],
  GELF: [
    '{"version":"1.1","host":"web-1","short_message":"refused","timestamp":1773129600.123,"level":3,"_app":"shop"}',
  ],
  'Azure Monitor': [
    '{"time":"2026-03-10T08:00:00.123Z","level":4,"resourceId":"/SUBSCRIPTIONS/1","category":"Audit","operationName":"read"}',
  ],
  'a game': ['{"time":1773129600123,"level":10,"player":"anna","msg":"moved"}', '{"level":10,"player":"anna","hp":7}'],
  syslog: ['{"level":3,"time":1773129600123,"msg":"refused","pid":4,"hostname":"a"}'],
  Roarr: ['{"context":{"logLevel":30},"message":"x","sequence":"0","time":1773129600123,"version":"2.0.0"}'],
  'Kubernetes audit': [
    '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"1","stage":"ResponseComplete","requestURI":"/api","verb":"get","requestReceivedTimestamp":"2026-03-10T08:00:00.123456Z"}',
  ],
  CloudTrail: [
    '{"eventVersion":"1.08","userIdentity":{"type":"IAMUser"},"eventTime":"2026-03-10T08:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject"}',
  ],
  'Google Cloud': [
    '{"severity":"ERROR","timestamp":"2026-03-10T08:00:00.123Z","message":"refused","logging.googleapis.com/trace":"projects/p/traces/t"}',
  ],
  'AWS Lambda': ['{"timestamp":"2026-03-10T08:00:00.123Z","level":"INFO","requestId":"1","message":"x"}'],
  MongoDB: [
    '{"t":{"$date":"2026-03-10T08:00:00.123+00:00"},"s":"I","c":"NETWORK","id":22943,"ctx":"listener","msg":"Connection accepted"}',
  ],
  Elasticsearch: [
    '{"type":"server","timestamp":"2026-03-10T08:00:00,123Z","level":"INFO","component":"o.e.n.Node","cluster.name":"es","message":"started"}',
  ],
  Vault: ['{"@level":"info","@message":"core: sealed","@module":"core","@timestamp":"2026-03-10T08:00:00.123456Z"}'],
  Serilog: ['{"@t":"2026-03-10T08:00:00.1234567Z","@mt":"order {Id}","@l":"Error","Id":7}'],
  Suricata: [
    '{"timestamp":"2026-03-10T08:00:00.123456+0000","flow_id":1,"event_type":"alert","src_ip":"10.0.0.1","dest_ip":"10.0.0.2","proto":"TCP"}',
  ],
  zerolog: [
    '{"level":"info","time":1773129600,"message":"listening"}',
    '{"level":"info","service":"a","time":"2026-03-10T08:00:00Z","message":"x"}',
  ],
}

describe('JSON of other programs', () => {
  it.each(Object.entries(lookAlikes))('%s is read as any JSON', (_, lines) => {
    for (const line of lines) {
      const found = recognise(Buffer.from(`${line}\n${line}\n`), grammars)
      expect(found.kind === 'one' ? found.grammar.name : found.why, line).toBe('json')
    }
  })
  it.each([
    [
      'Caddy',
      'go.log',
      '{"level":"info","ts":1773129600.123,"logger":"http.log.access","msg":"handled request","status":200}',
    ],
    [
      'etcd',
      'go.log',
      '{"level":"info","ts":"2026-03-10T08:00:00.123Z","caller":"etcdmain/etcd.go:1","msg":"starting"}',
    ],
    ['pino with nothing but its level', 'node.pino', '{"level":30,"msg":"listening"}'],
    ['pino with a base of its own', 'node.pino', '{"level":30,"service":"shop","left":0,"msg":"listening"}'],
  ])('%s is %s', (_, name, line) => {
    const found = recognise(Buffer.from(`${line}\n${line}\n`), grammars)
    expect(found.kind === 'one' ? found.grammar.name : found.why).toBe(name)
  })
})

describe('applications', () => {
  const app = [
    'python.log',
    'uvicorn.log',
    'node.pino',
    'json',
    'go.log',
    'logfmt',
    'shop.event',
    'node.winston',
    'node.bunyan',
  ].map((name) => grammars.find((grammar) => grammar.name === name)!)
  const mine = fixtureFiles.filter((fixture) => app.some(({ name }) => name === parserOf(fixture)))
  it.each(mine)('%s is read by the parser its first lines tell', (fixture) => {
    const found = recognise(readFileSync(join(fixtures, fixture)).subarray(0, 65_536), app)
    const name = found.kind === 'one' ? found.grammar.name : undefined
    if (unrecognised[fixture] === undefined) expect(name).toBe(parserOf(fixture))
    else expect(name).not.toBe(parserOf(fixture))
  })
})
