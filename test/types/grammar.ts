import { bool, duration, int, ip, number, text, word } from '../../src/grammar/capture.ts'
import { constant, rangesOf } from '../../src/grammar/derive.ts'
import { dissectLine } from '../../src/grammar/dissect-line.ts'
import { grammar, type Infer } from '../../src/grammar/grammar.ts'
import { grokLine } from '../../src/grammar/grok-line.ts'
import { headerLines } from '../../src/grammar/header-lines.ts'
import { json } from '../../src/grammar/json.ts'
import { either, line, optional } from '../../src/grammar/line.ts'
import { key } from '../../src/grammar/members.ts'
import { again, list, or } from '../../src/grammar/modify.ts'
import { address, url } from '../../src/grammar/network.ts'
import { oneOf } from '../../src/grammar/one-of.ts'
import { pairs } from '../../src/grammar/pairs.ts'
import { record } from '../../src/grammar/record.ts'
import { time } from '../../src/grammar/time.ts'
import { withTrace } from '../../src/grammar/trace.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const expectType = <_T extends true>() => {}

const access = grammar({
  name: 'nginx.access',
  line: line`${address('source.address')} - ${or('-', word('user.name'))} [${time('@timestamp', 'clf')}] "${word('http.request.method')} ${url('url.original')}" ${int('http.response.status_code')} "${or('-', list([', ', ' : '], int('nginx.access.upstream.status')))}"`,
  samples: [],
  derive: { 'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure') },
})
expectType<
  Equal<
    Infer<typeof access>,
    {
      readonly 'source.address': string
      readonly '@timestamp': string
      readonly 'http.request.method': string
      readonly 'url.original': string
      readonly 'http.response.status_code': number
      readonly 'source.ip'?: string
      readonly 'user.name'?: string
      readonly 'url.path'?: string
      readonly 'url.query'?: string
      readonly 'url.scheme'?: string
      readonly 'url.domain'?: string
      readonly 'url.port'?: number
      readonly 'nginx.access.upstream.status'?: readonly number[]
      readonly 'event.outcome'?: string
    }
  >
>()

const slow = grammar({
  name: 'mysql.slowlog',
  line: record(
    optional(line`# Time: ${time('@timestamp', 'iso')}`),
    line`# User@Host: ${word('user.name')}[`,
    line`# ${pairs({ Query_time: duration('event.duration', 's'), Rows_sent: int('mysql.slowlog.rows_sent') })}`,
    either(
      line`a ${text('mysql.slowlog.query')}`,
      line`b ${text('mysql.slowlog.query')} ${bool('app.ok', { true: 'y', false: 'n' })}`,
    ),
  ),
  samples: [],
})
expectType<
  Equal<
    Infer<typeof slow>,
    {
      readonly 'user.name': string
      readonly 'mysql.slowlog.query': string
      readonly '@timestamp'?: string
      readonly 'event.duration'?: number
      readonly 'mysql.slowlog.rows_sent'?: number
      readonly 'app.ok'?: boolean
    }
  >
>()

const app = json({
  name: 'app',
  members: {
    '@timestamp': key(['time', 'ts'], 'date', { required: true }),
    'log.level': key('level', 'keyword'),
    tags: key('tags', 'keyword'),
    'app.size': key('size', 'double'),
  },
  lines: { request: line`${word('http.request.method')} ${text('url.original')}` },
  derive: { 'event.action': constant('request') },
  samples: [],
})
expectType<
  Equal<
    Infer<typeof app>,
    {
      readonly '@timestamp': string
      readonly 'log.level'?: string
      readonly tags?: readonly string[]
      readonly 'app.size'?: number
      readonly 'http.request.method'?: string
      readonly 'url.original'?: string
      readonly 'event.action'?: string
      readonly json?: Readonly<Record<string, unknown>>
    }
  >
>()

const both = oneOf('both', access, app)
expectType<Equal<Infer<typeof both>, Infer<typeof access> | Infer<typeof app>>>()

// @ts-expect-error a status code is a long, not an address
ip('http.response.status_code')
// @ts-expect-error a field of the table under a vendor's name keeps its type, too
word('nginx.access.connection')
// @ts-expect-error not a field, and not under a vendor's name
int('http.response.statuscode')
int('app.whatever')
// @ts-expect-error a duration is a long
duration('mysql.slowlog.lock_time.sec', 's')
number('mysql.slowlog.lock_time.sec')

// @ts-expect-error captured twice
grammar({ name: 'twice', line: line`${word('user.name')} ${word('user.name')}`, samples: [] })
// @ts-expect-error captured twice, in two lines
grammar({ name: 'twice', line: record(line`${word('user.name')}`, line`${word('user.name')}`), samples: [] })
// @ts-expect-error the level is a keyword
json({ name: 'app', members: { 'log.level': key('level', 'long') }, samples: [] })
// @ts-expect-error no such field
json({ name: 'app', members: { 'log.levels': key('level', 'keyword') }, samples: [] })

const headed = grammar({
  name: 'mysql.slowlog',
  line: record(
    headerLines({
      mark: '#',
      pairs: {
        Query_time: duration('event.duration', 's'),
        Rows: int('mysql.slowlog.rows_sent'),
        Rows_sent: again(int('mysql.slowlog.rows_sent')),
      },
      needed: ['Query_time'],
      texts: { 'explain: ': { field: 'mysql.slowlog.explain' } },
      others: 'mysql.slowlog.other',
    }),
    line`${withTrace('message', { heads: ['Traceback:'] })}`,
  ),
  samples: [],
})
expectType<
  Equal<
    Infer<typeof headed>,
    {
      readonly 'event.duration': number
      readonly 'mysql.slowlog.rows_sent'?: number
      readonly 'mysql.slowlog.explain'?: string
      readonly 'mysql.slowlog.other'?: Readonly<Record<string, unknown>>
      readonly message?: string
      readonly 'error.type'?: string
      readonly 'error.message'?: string
      readonly 'error.stack_trace'?: string
    }
  >
>()
headerLines({
  mark: '#',
  pairs: { Rows: int('mysql.slowlog.rows_sent') },
  // @ts-expect-error a name that is needed has to be listed
  needed: ['Query_time'],
  others: 'mysql.slowlog.other',
})

const patterned = grammar({
  name: 'app.gate',
  line: grokLine('%{IP:source.ip} %{HTTPDATE:at} %{INT:app.ms:int}', {
    fields: { at: time('@timestamp', 'clf'), 'app.ms': int('app.ms'), 'source.ip': ip('source.ip') },
  }),
  samples: [],
})
expectType<
  Equal<
    Infer<typeof patterned>,
    { readonly '@timestamp'?: string; readonly 'app.ms'?: number; readonly 'source.ip'?: string }
  >
>()
grammar({ name: 'app.door', line: dissectLine('%{app.door}'), samples: [] })
