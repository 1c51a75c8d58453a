import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { scratchDir } from '../support/scratch-dir.ts'
import { accessLines, begin, tailrace } from '../support/tailrace.ts'

const rows = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('try', () => {
  test('documents go to standard output, failures to standard error, and a failure ends with 1', async () => {
    using directory = scratchDir('try')
    const failures = join(directory.path, 'failures.ndjson')
    const { code, out, err } = await tailrace(directory.path, ['try', 'nginx.access', '--failures', failures], {
      input: `${accessLines(1)}not a line\n`,
    })
    expect(code).toBe(1)
    expect(rows(out)).toMatchObject([
      {
        '@timestamp': '2026-02-11T06:00:00.000Z',
        event: { dataset: 'nginx.access', outcome: 'failure' },
        http: { response: { status_code: 500 } },
        log: { offset: 0 },
        source: { address: '203.0.113.1', ip: '203.0.113.1' },
        url: { path: '/orders/0' },
      },
    ])
    expect(err).toContain('line 2: nginx.access')
    expect(err.trim().split('\n').at(-1)).toBe('2 records, 1 parsed, 1 failed')
  })
})

describe('try --log-format', () => {
  test('a log_format of nginx.conf reads its lines, one with mistakes ends with 2 and says where', async () => {
    using directory = scratchDir('log-format')
    const { code, out } = await tailrace(
      directory.path,
      ['try', 'nginx.access', '--log-format', `log_format timed '$remote_addr $request_time '\n  '"$request"';`],
      { input: '203.0.113.1 1.250 "GET /a HTTP/1.1"\n' },
    )
    expect(code).toBe(0)
    expect(rows(out)).toMatchObject([
      { source: { ip: '203.0.113.1' }, event: { duration: 1_250_000_000 }, url: { path: '/a' } },
    ])
    const wrong = await tailrace(directory.path, ['try', 'nginx.access', '--log-format', '$status$request ${'])
    expect(wrong).toMatchObject({ code: 2, out: '' })
    expect(wrong.err).toContain('character 8: Nothing stands between $status and $request')
    expect(wrong.err).toContain('character 17: A $ has no variable behind it')
    const foreign = await tailrace(directory.path, ['try', 'nginx.access', '--log-format', '%h %>s'])
    expect(foreign).toMatchObject({ code: 2, out: '' })
    expect(foreign.err).toContain('tailrace try apache.access --log-format')
  })
})

describe('run --once', () => {
  test('the two logs of nginx are followed where the environment names them, each by its own pipeline', async () => {
    using directory = scratchDir('nginx')
    const errors = '2026/02/11 06:00:00 [error] 7#7: *9 access forbidden by rule, client: 203.0.113.1, server: a'
    writeFileSync(join(directory.path, 'a.log'), accessLines(3))
    writeFileSync(join(directory.path, 'b.log'), `${errors}\n${errors}\n`)
    const run = await tailrace(directory.path, ['run', '--once', '--no-web'], {
      environment: {
        TAILRACE_NGINX_ACCESS: join(directory.path, 'a.log'),
        TAILRACE_NGINX_ERROR: join(directory.path, 'b.log'),
      },
    })
    expect(run).toMatchObject({ code: 0 })
    const counts = await tailrace(directory.path, ['stats', '--by', 'event.dataset', '--format', 'ndjson'])
    expect(rows(counts.out)).toEqual([
      { by: { 'event.dataset': 'nginx.access' }, count: 3 },
      { by: { 'event.dataset': 'nginx.error' }, count: 2 },
    ])
  })
  test('a glob is read by the format its first lines show, and what does not fit is a dead letter', async () => {
    using directory = scratchDir('once')
    writeFileSync(join(directory.path, 'a.log'), `${accessLines(50)}password=secret and no line\n${accessLines(50)}`)
    const run = await tailrace(directory.path, ['run', '--once', '--no-web', 'a.log'])
    expect(run).toMatchObject({ code: 0 })
    expect(run.err).toContain('101 records read, 100 stored; 1 dead letters')
    const letters = await tailrace(directory.path, ['dlq', 'list', '--format', 'ndjson'])
    expect(rows(letters.out)).toMatchObject([{ stage: 'parse', dataset: 'nginx.access', length: 28 }])
    expect(letters.out).not.toContain('secret')
    const errors = await tailrace(directory.path, ['stats', 'http.response.status_code >= 500', '--format', 'ndjson'])
    expect(rows(errors.out)).toEqual([{ count: 10 }])
    const grouped = await tailrace(directory.path, [
      'stats',
      '--format=ndjson',
      ...[
        '--metric',
        'max(http.response.body.bytes),count',
        '--metric',
        'unique(url.path)',
        '--dataset',
        'nginx.access',
      ],
      ...['--by', 'http.response.status_code', 'http.response.status_code >= 500'],
    ])
    expect(rows(grouped.out)).toEqual([
      {
        by: { 'http.response.status_code': 500 },
        count: 10,
        'max(http.response.body.bytes)': 512,
        'unique(url.path)': 5,
      },
    ])
    expect(await tailrace(directory.path, ['slow'])).toMatchObject({ code: 0, err: '' })
    const again = await tailrace(directory.path, ['run', '--once', '--no-web', 'a.log'])
    expect(again.code).toBe(0)
    const ledger = await tailrace(directory.path, ['ledger', '--verify', '--format', 'ndjson'])
    expect(rows(ledger.out).at(-1)).toMatchObject({
      total: { read: 101, stored: 100, dead_lettered: 1, verified: true },
    })
  })

  test('a mistake in the configuration is told with its place and ends with 2', async () => {
    using directory = scratchDir('mistake')
    writeFileSync(
      join(directory.path, 'tailrace.config.ts'),
      "import { defineConfig } from 'tailrace'\nexport default defineConfig({ timezone: 'Mars/Olympus', namespace: 'No' })\n",
    )
    const { code, err } = await tailrace(directory.path, ['run'])
    expect(code).toBe(2)
    expect(err).toContain("tailrace.config.ts:2:31: time zone 'Mars/Olympus' does not exist")
    expect(err).toContain("namespace 'No'")
  })
})

describe('the service', () => {
  test('commands ask the running service, and a second one is refused', { timeout: 90_000 }, async () => {
    using directory = scratchDir('service')
    const log = join(directory.path, 'access.log')
    writeFileSync(log, accessLines(100))
    const environment = { TAILRACE_NGINX_ACCESS: log }
    const service = begin(directory.path, ['run', '--no-web'], environment)
    try {
      await expect
        .poll(async () => (await tailrace(directory.path, ['stats', '--format', 'ndjson'], { environment })).out, {
          timeout: 60_000,
        })
        .toContain('{"count":100}')
      const second = await tailrace(directory.path, ['run', '--no-web'], { environment })
      expect(second.code).toBe(2)
      expect(second.err).toContain(`in use by the Tailrace process ${service.pid}`)
      const sources = await tailrace(directory.path, ['sources', '--format', 'ndjson'], { environment })
      expect(rows(sources.out)).toMatchObject([{ path: log, lag_bytes: 0 }])
    } finally {
      service.kill('SIGTERM')
    }
    const code = await new Promise((resolve) => service.once('close', resolve))
    expect(code).toBe(143)
  })
})
