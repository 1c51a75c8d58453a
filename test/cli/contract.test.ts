import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scratchDir } from '../support/scratch-dir.ts'
import { rowsOf } from '../support/service.ts'
import { begin, command, tailrace } from '../support/tailrace.ts'

/** What an outsider checks: the program is started, nothing of its inside is known. */
const directory = scratchDir('contract')
const root = join(import.meta.dirname, '../..')
const at = (...names: string[]) => join(directory.path, ...names)
const run = (...args: string[]) => tailrace(directory.path, args)
const rows = async (...args: string[]) => {
  const { code, out, err } = await run(...args, '--format', 'ndjson')
  expect(code, err).toBe(0)
  return rowsOf(out)
}

const agents = ['curl/8.5.0', '=cmd|calc', '@x', '-1+1', 'a "b", c', '微信', '<b>\u0007</b>']
const lines = Array.from({ length: 70 }, (_, i) => {
  const [minute, status, agent] = [i % 60, i % 7 === 0 ? 500 : 200, agents[i % agents.length]!]
  return `203.0.113.${i % 5} - - [11/Feb/2026:06:${String(minute).padStart(2, '0')}:00 +0000] "GET /orders/${i} HTTP/1.1" ${status} ${i * 10} "-" "${agent.replaceAll('"', '\\x22')}"\n`
})

beforeAll(async () => {
  mkdirSync(at('in'))
  writeFileSync(at('in/access.log'), `${lines.join('')}password=hunter2 is no line\n`)
  cpSync(join(root, 'fixtures/mysql.slowlog/mariadb-plain.log'), at('in/slow.log'))
  const { code, err, out } = await run('run', '--once', '--no-web', 'in/*.log')
  expect({ code, out }, err).toEqual({ code: 0, out: '' })
  expect(err).toContain('1 dead letters')
})
afterAll(directory.remove)

describe('every command', () => {
  const there = [
    'run',
    'check',
    'validate',
    'config',
    'test',
    'reload',
    'try',
    'search',
    'stats',
    'tail',
    'slow',
    'alerts list',
    'digest',
    'ledger',
    'dlq list',
    'dlq show',
    'dlq replay',
    'dlq edit',
    'dlq purge',
    'reprocess',
    'sources',
    'sources forget',
    'sources rewind',
    'sources adopt',
    'fingerprint',
    'infer',
    'password',
    'fields',
    'parsers',
  ]
  const later = [
    'anomaly',
    'rules list',
    'rules test',
    'rules history',
    'rules review',
    'alerts show',
    'alerts ack',
    'alerts note',
    'alerts silence',
    'alerts unsilence',
    'alerts resolve',
    'setup',
    'doctor',
    'migrate logstash',
    'migrate elastalert',
    'completion',
  ]

  test('has --help, and what is there takes --config, --data and the log options', { timeout: 300_000 }, async () => {
    for (const name of [...there, ...later]) {
      const { code, out, err } = await run(...name.split(' '), '--help')
      expect({ name, code, err }).toEqual({ name, code: 0, err: '' })
      expect(out).toMatch(new RegExp(`^Usage: tailrace (check\\|)?${name.split(' ')[0]}`))
      if (there.includes(name))
        for (const option of ['--config', '--data', '-v, --verbose', '-q, --quiet', '--log-level', '--log-output'])
          expect(out, name).toContain(option)
      else expect(out, name).toContain('not yet')
    }
  })

  test('that is not there yet says so and ends with 2', { timeout: 180_000 }, async () => {
    for (const name of later) {
      const { code, out, err } = await run(...name.split(' '), 'x')
      expect({ name, code, out }).toEqual({ name, code: 2, out: '' })
      expect(err).toContain('is not there yet')
    }
  })

  test('wrong usage ends with 2, nothing on standard output, and says what is taken', {
    timeout: 180_000,
  }, async () => {
    for (const [args, says] of [
      [['nonsense'], "unknown command 'nonsense'"],
      [['search', '--bogus'], "unknown option '--bogus'"],
      [['search', '--format', 'xml'], '--format takes table, ndjson, json, csv'],
      [['search', '-n', 'many'], 'takes a whole number'],
      [['search', '--since', 'yesterday-ish'], "'yesterday-ish' is no time"],
      [['search', '--since', '1h', '--last', '1h'], 'give one'],
      [['search', 'a : ('], '^'],
      [['search', '--fields', 'no_such'], "there is no field 'no_such'"],
      [['search', '--explain-query', 'oracle'], 'takes elasticsearch or duckdb'],
      [['stats', '--metric', 'median(event.duration)'], 'use count, sum(F)'],
      [['stats', '--metric', 'sum(url.path)'], 'not a number'],
      [['stats', '--interval', 'often'], '--interval takes'],
      [['run', '--from', 'middle'], '--from takes beginning or end'],
      [['run', '--role', 'boss'], 'It takes all, ship or analyse'],
      [['run', '--grace', 'long'], "It takes a time, as '30s'"],
      [['run', '--parser', 'nope', 'x'], "no parser 'nope'"],
      [['run', '--timezone', 'Mars'], "time zone 'Mars' does not exist"],
      [['search', '--store', 'oracle'], 'is no address'],
      [['try'], 'name a parser'],
      [['try', 'nope'], "there is no parser 'nope'"],
      [['dlq', 'list', 'stage : ('], '^'],
      [['dlq', 'list', 'stag: parse'], 'Did you mean `stage`'],
      [['dlq', 'list', 'offset: many'], '^^^^'],
      [['dlq', 'list', '--since', '1h', '--last', '1h'], 'give one'],
      [['dlq', 'list', '--since', 'yesterday-ish'], "'yesterday-ish' is no time"],
      [['dlq', 'show'], "missing required argument 'id'"],
      [['dlq', 'replay', 'stag: parse'], 'Did you mean `stage`'],
      [['reprocess', '--dataset', 'nginx.access'], '--since'],
      [['dlq', 'edit'], "missing required argument 'id'"],
      [['dlq', 'edit', 'x', '--raw-file', 'no-such-file'], 'cannot be read'],
    ] as const) {
      const { code, out, err } = await run(...args)
      expect({ args, code, out }).toEqual({ args, code: 2, out: '' })
      expect(err).toContain(says)
    }
  })

  test('is told its version and its help on standard output', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(await run('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' })
    const help = await run('--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toContain('Usage: tailrace')
  })
})

describe('search', () => {
  test('gives nested ECS documents with what every followed one has', async () => {
    const [first] = await rows('search', 'url.path: "/orders/1"')
    expect(first).toMatchObject({
      '@timestamp': '2026-02-11T06:01:00.000Z',
      event: { dataset: 'nginx.access', id: expect.stringMatching(/./), ingested: expect.stringMatching(/Z$/) },
      log: { file: { path: at('in/access.log') }, offset: lines[0]!.length },
      host: { name: expect.stringMatching(/./) },
      data_stream: { type: 'logs', dataset: 'nginx.access', namespace: 'default' },
      http: { response: { status_code: 200, body: { bytes: 10 } } },
    })
  })

  test('takes --sort, --fields, -n, --dataset, --since and --until in all their forms', {
    timeout: 180_000,
  }, async () => {
    const paths = async (...args: string[]) =>
      (await rows('search', '--fields', 'url.path', ...args)).map(({ url }) => (url as { path: string }).path)
    const access = ['--dataset', 'nginx.access']
    expect(await paths('--sort', 'http.response.body.bytes', '-n', '2', ...access)).toEqual(['/orders/0', '/orders/1'])
    expect(await paths('--sort', '-http.response.body.bytes', '--limit', '2', ...access)).toEqual([
      '/orders/69',
      '/orders/68',
    ])
    expect(await paths('-n', '1', ...access)).toEqual(['/orders/59'])
    const range = [...access, '--until', '2026-02-11T06:12:00Z', '-n', '99']
    for (const since of ['2026-02-11T06:11:00Z', '2026-02-11T14:11:00+08:00', '2026-02-11T06:11'])
      expect((await paths('--since', since, ...range, '--sort', 'log.offset')).toSorted()).toEqual(['/orders/11'])
    expect(await paths('--since', '2026-02-11', '--until', '2026-02-12', ...access, '-n', '99')).toHaveLength(70)
    expect(await paths('--since', '1h', ...access)).toEqual([])
    expect(await paths('--last', '1h', ...access)).toEqual([])
    const wild = await rows('search', '--fields', 'http.*,url.path', '-n', '1', ...access)
    expect(Object.keys(wild[0]!).toSorted()).toEqual(['http', 'url'])
  })

  test('CSV hands no formula to a spreadsheet, quotes by RFC 4180, and a table is one line a row without escapes', async () => {
    const fields = [
      '--fields',
      'user_agent.original,http.response.body.bytes',
      '--sort',
      'log.offset',
      '-n',
      '7',
      '--dataset',
      'nginx.access',
    ]
    const csv = await run('search', ...fields, '--format', 'csv')
    expect(csv.out.split('\r\n')).toEqual([
      'user_agent.original,http.response.body.bytes',
      'curl/8.5.0,0',
      "'=cmd|calc,10",
      "'@x,20",
      "'-1+1,30",
      '"a ""b"", c",40',
      '微信,50',
      '<b>\\x07</b>,60'.replace('\\x07', '\u0007'),
      '',
    ])
    const table = await run('search', ...fields)
    expect(table.out.trimEnd().split('\n')).toHaveLength(8)
    expect(table.out).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
    const json = await run('search', ...fields, '--format', 'json')
    expect(JSON.parse(json.out)).toHaveLength(7)
  })

  test('--explain-query prints what would be asked, without a store', async () => {
    using empty = scratchDir('contract-empty')
    const explain = async (store: string) =>
      JSON.parse(
        (await tailrace(empty.path, ['search', 'http.response.status_code >= 500', '--explain-query', store])).out,
      )
    expect(await explain('elasticsearch')).toMatchObject({ query: {} })
    expect(await explain('duckdb')).toMatchObject({ sql: expect.stringContaining('http.response.status_code') })
    expect(existsSync(join(empty.path, 'data'))).toBe(false)
  })

  test('ends with 0 when its reader has seen enough', async () => {
    const [node, main] = command
    const shell = `"${node}" "${main}" search -n 100000 --format ndjson | head -n 1; echo "\${PIPESTATUS[0]}"`
    const out = execFileSync('bash', ['-c', shell], { cwd: directory.path, encoding: 'utf8' })
    expect(out.trim().split('\n')).toEqual([expect.stringMatching(/^\{/), '0'])
  })
})

describe('stats', () => {
  test('buckets carry @timestamp only with --interval and by only with --by', { timeout: 180_000 }, async () => {
    const access = ['--dataset', 'nginx.access']
    expect(await rows('stats', ...access)).toEqual([{ count: 70 }])
    const byStatus = await rows('stats', ...access, '--by', 'http.response.status_code')
    expect(byStatus).toEqual([
      { by: { 'http.response.status_code': 200 }, count: 60 },
      { by: { 'http.response.status_code': 500 }, count: 10 },
    ])
    const overTime = await rows('stats', ...access, '--interval', '30m')
    expect(overTime).toEqual([
      { '@timestamp': '2026-02-11T06:00:00.000Z', count: 40 },
      { '@timestamp': '2026-02-11T06:30:00.000Z', count: 30 },
    ])
    expect(await rows('stats', ...access, '--by', 'source.ip', '--top', '2')).toHaveLength(2)
    const bytes = 'http.response.body.bytes'
    const metrics = [
      'count',
      ...['sum', 'avg', 'min', 'max', 'unique', 'p50', 'p95', 'p99'].map((kind) => `${kind}(${bytes})`),
    ]
    const [all] = await rows('stats', ...access, ...metrics.flatMap((metric) => ['--metric', metric]))
    expect(all).toMatchObject({
      count: 70,
      [`sum(${bytes})`]: 24_150,
      [`avg(${bytes})`]: 345,
      [`min(${bytes})`]: 0,
      [`max(${bytes})`]: 690,
      [`unique(${bytes})`]: 70,
    })
    expect(Object.keys(all!).toSorted()).toEqual(metrics.toSorted())
    const csv = await run('stats', ...access, '--by', 'http.response.status_code', '--format', 'csv')
    expect(csv.out.split('\r\n')[0]).toBe('by.http.response.status_code,count')
  })
})

describe('lists', () => {
  test('ledger gives a row by file and hour and a total, and proves itself', async () => {
    const ledger = await rows('ledger', '--verify')
    expect(ledger[0]).toEqual({
      source: 'files',
      path: at('in/access.log'),
      store: 'duckdb',
      hour: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:00:00Z$/),
      read: 71,
      stored: 70,
      duplicate: 0,
      filtered: 0,
      dead_lettered: 1,
      redirected: 0,
      lost: 0,
      in_flight: 0,
      bytes: readFileSync(at('in/access.log')).length,
      closed: true,
      balanced: true,
    })
    expect(ledger.at(-1)).toMatchObject({ total: { balanced: true, verified: true, dead_lettered: 1 } })
  })

  test('dlq shows a letter redacted, and whole and raw to who asks for it', async () => {
    const [letter] = await rows('dlq', 'list')
    expect(letter).toMatchObject({
      id: expect.stringMatching(/./),
      time: expect.stringMatching(/Z$/),
      stage: 'parse',
      code: 'expected_literal',
      dataset: 'nginx.access',
      path: at('in/access.log'),
      offset: Buffer.byteLength(lines.join('')),
    })
    expect(JSON.stringify(letter)).not.toContain('hunter2')
    const shown = await run('dlq', 'show', String(letter!['id']), '--raw')
    expect(JSON.parse(shown.out)).toMatchObject({ raw: 'password=hunter2 is no line' })
    expect(await run('dlq', 'show', 'nobody')).toMatchObject({ code: 1, out: '' })
    expect(await rows('dlq', 'list', '--code', 'bad_json')).toEqual([])
  })

  test('dlq list takes KQL by the names it shows and by those of events, and times', async () => {
    const size = Buffer.byteLength(lines.join(''))
    const found = [
      [],
      ['stage: parse and code: expected_literal'],
      ['code: bad_json or dataset: nginx.*'],
      [`event.dataset: nginx.access and log.file.path: "${at('in/access.log')}"`],
      ['path: *access.log and not stage: store'],
      [`offset >= ${size} and log.offset < ${size + 1}`],
      ['time > now-1h and reason: expected'],
      ['"is no line"'],
      ['--last', '1h'],
      ['--since', '2026-01-01', '--dataset', 'nginx.access'],
      ['stage: parse', '--code', 'expected_literal', '--until', 'now'],
    ]
    for (const asked of found) expect(await rows('dlq', 'list', ...asked), asked.join(' ')).toHaveLength(1)
    const none = [
      ['stage: store'],
      ['not event.dataset: nginx.access'],
      [`offset < ${size}`],
      ['time < now-1h'],
      ['document: *'],
      // Shown redacted, so asked redacted.
      ['raw: hunter2'],
      ['--until', '1h'],
      ['code: expected_literal', '--dataset', 'mysql.slowlog'],
    ]
    for (const asked of none) expect(await rows('dlq', 'list', ...asked), asked.join(' ')).toEqual([])
    expect(await rows('dlq', 'list', 'raw: hunter2', '--raw')).toHaveLength(1)
  }, 60_000)

  test('sources, alerts, slow, fields and parsers answer without a service, in each format', {
    timeout: 180_000,
  }, async () => {
    const access = (await rows('sources')).find(({ path }) => path === at('in/access.log'))
    const size = readFileSync(at('in/access.log')).length
    expect(access).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      offset: size,
      size,
      lag_bytes: 0,
      lag_seconds: 0,
      state: 'stopped',
    })
    const slow = await rows('slow')
    expect(slow[0]).toMatchObject({
      digest: expect.stringMatching(/^[0-9A-F]{16}$/),
      fingerprint: expect.stringMatching(/./),
      count: expect.any(Number),
      total: expect.any(Number),
      example: expect.stringMatching(/./),
    })
    const totals = slow.map(({ total }) => Number(total))
    expect(totals).toEqual(totals.toSorted((a, b) => b - a))
    for (const name of ['fields', 'parsers']) {
      expect((await rows(name)).length).toBeGreaterThan(4)
      expect((await run(name, '--format', 'md')).out).toMatch(/^\| /)
    }
    for (const name of ['sources', 'slow', 'ledger', 'fields']) {
      expect(Array.isArray(JSON.parse((await run(name, '--format', 'json')).out))).toBe(true)
      expect((await run(name)).out.split('\n').length).toBeGreaterThan(1)
    }
  })

  test('alerts list gives the open ones, also while no service runs', async () => {
    using place = scratchDir('contract-alerts')
    writeFileSync(join(place.path, 'access.log'), lines[7]!.repeat(40))
    expect(await tailrace(place.path, ['run', '--once', '--no-web', 'access.log'])).toMatchObject({ code: 0 })
    const { code, out } = await tailrace(place.path, ['alerts', 'list', '--format', 'ndjson'])
    expect(code).toBe(0)
    expect(rowsOf(out)).toMatchObject([
      { rule: 'nginx-5xx-share', state: 'firing', severity: 'P1', since: expect.stringMatching(/Z$/) },
    ])
  })

  test('a data directory that is not there is told, with 3', async () => {
    for (const name of ['stats', 'ledger', 'sources', 'dlq list', 'alerts list']) {
      const { code, out, err } = await run(...name.split(' '), '--data', 'nowhere')
      expect({ name, code, out }).toEqual({ name, code: 3, out: '' })
      expect(err).toContain('nowhere')
    }
    expect(existsSync(at('nowhere'))).toBe(false)
  })
})

describe('try', () => {
  test('gives documents as they would be indexed, failures as NDJSON, the sum last, and 1 where one failed', async () => {
    const input = `${lines[0]}no line\n`
    const { code, out, err } = await tailrace(
      directory.path,
      ['try', 'nginx.access', '--failures', 'f.ndjson', '--explain'],
      { input },
    )
    expect(code).toBe(1)
    expect(rowsOf(out)).toMatchObject([
      { '@timestamp': '2026-02-11T06:00:00.000Z', event: { dataset: 'nginx.access' }, log: { offset: 0 } },
    ])
    expect(rowsOf(readFileSync(at('f.ndjson'), 'utf8'))).toEqual([
      {
        line: 2,
        offset: lines[0]!.length,
        code: 'expected_literal',
        column: expect.any(Number),
        expected: expect.stringMatching(/./),
        found: expect.any(String),
        field: expect.any(String),
        raw: 'no line',
      },
    ])
    expect(err.trimEnd().split('\n').at(-1)).toBe('2 records, 1 parsed, 1 failed')
    expect(err).toContain('^ expected')
    expect(await run('try', 'nginx.access', 'in/gone.log')).toMatchObject({ code: 3, out: '' })
    expect(await run('try', 'nginx.access', 'in')).toMatchObject({ code: 3, out: '' })
    const [node, main] = command
    const piped = execFileSync(
      'bash',
      ['-c', `"${node}" "${main}" try nginx.access <(head -n 2 in/access.log) 2>&1 >/dev/null`],
      { cwd: directory.path, encoding: 'utf8' },
    )
    expect(piped).toBe('2 records, 2 parsed, 0 failed\n')
    const auto = await run('try', 'auto', 'in/slow.log')
    expect(auto.code).toBe(0)
    expect(auto.err).toContain('mysql.slowlog')
    const whole = await tailrace(directory.path, ['try', '--pipeline', 'nginx.access', '-'], { input: lines[1]! })
    expect(rowsOf(whole.out)[0]).toMatchObject({ url: { template: '/orders/{id}' } })
  })

  test('fingerprint gives the digest that pt-query-digest shows', async () => {
    const { code, out } = await tailrace(directory.path, ['fingerprint'], {
      input: '"SELECT * FROM t WHERE id = 42"\n"select * from t where id = 7"\n',
    })
    expect(code).toBe(0)
    const [one, two] = rowsOf(out)
    expect(one).toEqual({ fingerprint: 'select * from t where id = ?', digest: two!['digest'] })
    expect(await tailrace(directory.path, ['fingerprint'], { input: 'SELECT 1\n' })).toMatchObject({ code: 2, out: '' })
  })
})

describe('configuration', () => {
  test('variables override the file, each also by its _FILE, and secrets are masked', async () => {
    mkdirSync(at('etc'))
    writeFileSync(
      at('etc/tailrace.config.ts'),
      "import { defineConfig, elasticsearch, env } from 'tailrace'\nexport default defineConfig({ namespace: 'file', store: elasticsearch({ nodes: [env('NODE', 'http://u:pw@es:9200')], apiKey: env.secret('KEY') }) })\n",
    )
    writeFileSync(at('etc/key'), 'hidden-key\n')
    writeFileSync(at('etc/namespace'), 'from_file\r\n')
    const environment = {
      KEY_FILE: at('etc/key'),
      TAILRACE_NAMESPACE_FILE: at('etc/namespace'),
      TAILRACE_TIMEZONE: 'Asia/Shanghai',
    }
    const { code, out } = await tailrace(at('etc'), ['config'], { environment })
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      namespace: 'from_file',
      timezone: 'Asia/Shanghai',
      store: { kind: 'elasticsearch', apiKey: '********' },
    })
    expect(out).not.toMatch(/hidden-key|pw@/)
    const option = await tailrace(at('etc'), ['config', '--namespace', 'option', '--store', 'duckdb'], { environment })
    expect(JSON.parse(option.out)).toMatchObject({ namespace: 'option', store: { kind: 'duckdb' } })
  })

  test('a variable that is none, or that nothing listens to yet, is told', async () => {
    const { err } = await tailrace(directory.path, ['config'], {
      environment: { TAILRACE_NAMESPCE: 'x', TAILRACE_DINGTALK_URL: 'https://x' },
    })
    expect(err).toContain('TAILRACE_NAMESPCE is not a variable of Tailrace')
    expect(err).toContain('TAILRACE_DINGTALK_URL is set, but')
  })

  test("Tailrace's own log is text or JSON on standard error, of the level asked for, and never coloured there", async () => {
    const environment = { TAILRACE_NAMESPCE: 'x' }
    const json = await tailrace(directory.path, ['run', '--once', '--no-web', '--log-output', 'json', 'in/*.log'], {
      environment,
    })
    for (const line of json.err.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg')
    expect(json.out).toBe('')
    const quiet = await run('run', '--once', '--no-web', '-q', 'in/*.log')
    expect(quiet).toEqual({ code: 0, out: '', err: '' })
    const text = await run('run', '--once', '--no-web', 'in/*.log')
    expect(text.err).toMatch(/^\d{4}-\d\d-\d\dT\S+Z info /)
    expect(text.err).not.toContain('\u001b')
  })
})

describe('beside a running service', () => {
  test('every command answers, tail shows what comes, and signals end with 130 and 143', {
    timeout: 180_000,
  }, async () => {
    using place = scratchDir('contract-service')
    const log = join(place.path, 'access.log')
    writeFileSync(log, lines.slice(0, 10).join(''))
    const environment = { TAILRACE_NGINX_ACCESS: log }
    const service = begin(place.path, ['run', '--no-web'], environment)
    service.stderr!.resume()
    const ask = (...args: string[]) => tailrace(place.path, args, { environment })
    await expect
      .poll(async () => (await ask('stats', '--format', 'ndjson')).out, { timeout: 60_000 })
      .toBe('{"count":10}\n')
    for (const name of [
      'search',
      'stats',
      'slow',
      'sources',
      'ledger',
      'ledger --verify',
      'dlq list',
      'alerts list',
      'config',
      'check',
    ])
      expect(await ask(...name.split(' ')), name).toMatchObject({ code: 0 })
    writeFileSync(log, 'no line of a log\n', { flag: 'a' })
    const letters = async (kql: string) => rowsOf((await ask('dlq', 'list', kql, '--format', 'ndjson')).out).length
    await expect.poll(() => letters('log.file.path: *access.log and stage: parse'), { timeout: 45_000 }).toBe(1)
    expect(await letters('stage: store')).toBe(0)
    const wrong = await ask('dlq', 'list', 'stag: parse')
    expect(wrong).toMatchObject({ code: 2, out: '' })
    expect(wrong.err).toContain('^^^^')
    const [node, main] = command
    const tail = spawn(node, [main, 'tail', '-n', '2', '--format', 'ndjson', 'http.response.status_code: 200'], {
      cwd: place.path,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let seen = ''
    tail.stdout.setEncoding('utf8').on('data', (chunk) => {
      seen += chunk
    })
    const paths = () => rowsOf(seen).map(({ url }) => (url as { path: string }).path)
    await expect.poll(paths, { timeout: 45_000 }).toEqual(['/orders/8', '/orders/9'])
    writeFileSync(log, lines.slice(10, 16).join(''), { flag: 'a' })
    await expect
      .poll(paths, { timeout: 45_000 })
      .toEqual(['/orders/8', '/orders/9', '/orders/10', '/orders/11', '/orders/12', '/orders/13', '/orders/15'])
    tail.kill('SIGINT')
    expect((await once(tail, 'close'))[0]).toBe(130)
    service.kill('SIGINT')
    expect((await once(service, 'close'))[0]).toBe(130)
    expect(existsSync(join(place.path, 'data/control.sock'))).toBe(false)
    expect((await ask('tail')).code).toBe(3)
  })
})
