import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { scratchDir } from '../support/scratch-dir.ts'
import { createService, rowsOf } from '../support/service.ts'
import { begin, command, tailrace } from '../support/tailrace.ts'

const access = (
  number: number,
  changes: { readonly time?: string; readonly numbers?: string; readonly agent?: string } = {},
) =>
  `203.0.113.9 - - [${changes.time ?? '11/Feb/2026:06:43:36 +0000'}] "GET /n/${number} HTTP/1.1" ${changes.numbers ?? '200 5'} "-" "${changes.agent ?? 'curl/8'}"\n`

interface Letter {
  readonly code: string
  readonly path: string
  readonly offset: number
  readonly length: number
  readonly raw: string
}
interface Event {
  readonly '@timestamp': string
  readonly message?: string
  readonly url: { readonly original: string }
  readonly log: { readonly offset: number; readonly length: number; readonly flags?: readonly string[] }
}

/** Reads files once, then asks what became of every record; the account must be even. */
const deliver = async (directory: string, parser: string, glob = '*.log', code = 0) => {
  const run = await tailrace(directory, ['run', '--once', '--no-web', '--parser', parser, glob])
  expect(run.code, run.err).toBe(code)
  const ndjson = async (...args: string[]) => {
    const { code, out, err } = await tailrace(directory, [...args, '--format', 'ndjson'])
    expect(code, err).toBe(0)
    return rowsOf(out)
  }
  const events = (await ndjson('search', '-n', '1000', '--sort', 'log.file.path,log.offset')) as unknown as Event[]
  const letters = (await ndjson('dlq', 'list', '--raw')) as unknown as Letter[]
  const total = (await ndjson('ledger', '--verify')).at(-1)!['total'] as Record<string, number>
  expect(total).toMatchObject({ balanced: true, verified: true, lost: 0, in_flight: 0, dead_lettered: letters.length })
  expect(total['stored']).toBe(events.length)
  return { err: run.err, events, letters, read: total['read'] }
}

/** Root may read and write everything; here it gives that right up. */
const withoutOverride = (words: readonly string[]): readonly [string, ...string[]] => {
  const bounds = process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'] : []
  return [...bounds, ...words] as unknown as readonly [string, ...string[]]
}

describe('bytes', () => {
  test('text that is none, empty files, no last line end, times and numbers that do not exist: an event, a flag or a dead letter each', async () => {
    using directory = scratchDir('bad-bytes')
    const file = (name: string, content: string | Buffer) => writeFileSync(join(directory.path, name), content)
    file(
      'bytes.log',
      Buffer.from(
        `${access(1)}\xff\xfe\x00\x80\n${access(2, { agent: '\0\0' })}${access(3, { agent: 'caf\xe9' })}`,
        'latin1',
      ),
    )
    file('empty.log', '')
    file('lines.log', '\n\n\r\n')
    file('no-end.log', access(4).trimEnd())
    file(
      'numbers.log',
      access(5, { numbers: '200 99999999999999999999' }) + access(6, { numbers: '200 9007199254740993' }),
    )
    file(
      'times.log',
      [
        access(7, { time: '31/Feb/2026:06:43:36 +0000' }),
        access(8, { time: '30/Jun/2026:23:59:60 +0000' }),
        access(9, { time: '11/Feb/2026:25:43:36 +0000' }),
        access(10, { time: '11/Feb/99999:05:43:36 +0000' }),
      ].join(''),
    )
    file('wide.log', Buffer.from(`\ufeff${access(11)}`, 'utf16le'))
    const { err, events, letters, read } = await deliver(directory.path, 'nginx.access')
    expect(read).toBe(12)
    expect(events.map(({ url }) => url.original)).toEqual(['/n/1', '/n/2', '/n/3', '/n/4', '/n/6', '/n/8', '/n/11'])
    expect(events.map(({ log }) => log.flags)).toEqual([
      undefined,
      undefined,
      ['invalid_utf8'],
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(events[1]).toMatchObject({ user_agent: { original: '\0\0' } })
    expect(events[2]).toMatchObject({ user_agent: { original: 'caf\ufffd' } })
    expect(events[5]).toMatchObject({ '@timestamp': '2026-06-30T23:59:59.999Z' })
    const found = letters.map(({ code, path, offset }) => [path.replace(/.*\//, ''), offset, code])
    expect(found.toSorted()).toEqual(
      [
        ['bytes.log', access(1).length, 'expected_literal'],
        ['numbers.log', 0, 'number_out_of_range'],
        ['times.log', 0, 'time_out_of_range'],
        ['times.log', access(1).length * 3, 'bad_value'],
        ['times.log', access(1).length * 2, 'time_out_of_range'],
      ].toSorted(),
    )
    expect(err).not.toContain('wide.log')
    expect(err).toContain("5 dead letters ('tailrace dlq list' shows them)")
  })

  test('JSON nested deep, numbers beyond any type, no object: a dead letter with its code, the rest goes on', async () => {
    using directory = scratchDir('bad-json')
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
    const lines = [
      deep,
      '{"n":1e999,"m":1}',
      '{"big":123456789012345678901234567890}',
      '[1]',
      '{"a":1',
      '"x"',
      '{"ok":true}',
      '{"a":"\\ud800"}',
    ]
    writeFileSync(join(directory.path, 'a.log'), `${lines.join('\n')}\n`)
    const { events, letters, read } = await deliver(directory.path, 'json')
    expect(read).toBe(lines.length)
    expect(letters.map(({ raw, code }) => [lines.indexOf(raw), code])).toEqual([
      [0, 'too_deep'],
      [3, 'bad_json'],
      [4, 'bad_json'],
      [5, 'bad_json'],
    ])
    expect(events).toHaveLength(lines.length - letters.length)
  })

  test('a line of 100 MB is stored cut, with where it lies and how long it is, and memory stays flat', {
    timeout: 180_000,
  }, async () => {
    using directory = scratchDir('bad-long')
    const path = join(directory.path, 'a.log')
    const line = (text: string) => `2026-03-10 08:00:00,123 INFO shop.pay ${text}\n`
    writeFileSync(path, line('before'))
    const file = openSync(path, 'a')
    writeSync(file, line('').slice(0, -1))
    for (let mebibyte = 0; mebibyte < 100; mebibyte++) writeSync(file, Buffer.alloc(1 << 20, 'x'))
    writeSync(file, `\n${line('after')}`)
    closeSync(file)
    const child = begin(directory.path, ['run', '--once', '--no-web', '--parser', 'python.log', 'a.log'])
    child.stdout!.resume()
    child.stderr!.resume()
    let peak = 0
    const watching = setInterval(() => {
      try {
        peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peak)
      } catch {}
    }, 20)
    const [code] = (await once(child, 'close')) as [number]
    clearInterval(watching)
    expect(code).toBe(0)
    expect(peak).toBeGreaterThan(0)
    expect(peak / 1024).toBeLessThan(450)
    const { events, read } = await deliver(directory.path, 'python.log', 'a.log')
    expect(read).toBe(3)
    const length = line('').length + (100 << 20)
    expect(events.map(({ log }) => [log.offset, log.length, log.flags])).toEqual([
      [0, line('before').length, undefined],
      [line('before').length, length, ['truncated']],
      [line('before').length + length, line('after').length, undefined],
    ])
    expect(events[1]!.message).toHaveLength((1 << 20) - line('').length + 1)
  })
})

describe('files', () => {
  test('what is no file is neither read nor waited for: a pipe, a device, a directory, links in a circle', async () => {
    using directory = scratchDir('bad-files')
    const at = (name: string) => join(directory.path, name)
    execFileSync('mkfifo', [at('pipe.log')])
    mkdirSync(at('folder.log'))
    symlinkSync('/dev/zero', at('device.log'))
    symlinkSync('b.log', at('a.log'))
    symlinkSync('a.log', at('b.log'))
    symlinkSync('.', at('again'))
    symlinkSync('gone.txt', at('dangling.log'))
    writeFileSync(at('real.log'), access(1))
    symlinkSync('real.log', at('link.log'))
    const { err, events } = await deliver(directory.path, 'nginx.access', '**/*.log', 3)
    expect(events).toHaveLength(1)
    expect(err.match(/pipe\.log is no regular file and is not read/g)).toHaveLength(1)
    expect(err.match(/device\.log is no regular file and is not read/g)).toHaveLength(1)
    expect(err.match(/its links go round in a circle/g)).toHaveLength(2)
    expect(err).not.toContain('dangling.log')
    expect(err).toContain('2 files could not be read; all others are delivered')
  })

  test('a file that may not be read is told once with the command that mends it, and read when it may be', async () => {
    using directory = scratchDir('bad-rights')
    const file = join(directory.path, 'a.log')
    writeFileSync(file, access(1))
    chmodSync(file, 0o000)
    const [program, ...args] = withoutOverride([...command, 'run', '--no-web', '--parser', 'nginx.access', 'a.log'])
    const child = spawn(program, args, { cwd: directory.path, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    const asked = async (...words: string[]) =>
      rowsOf((await tailrace(directory.path, [...words, '--format', 'ndjson'])).out)
    try {
      await expect
        .poll(() => asked('sources'), { timeout: 45_000 })
        .toMatchObject([{ path: file, state: 'unreadable' }])
      chmodSync(file, 0o600)
      await expect.poll(() => asked('stats'), { timeout: 45_000 }).toEqual([{ count: 1 }])
      expect(await asked('sources')).toMatchObject([{ path: file, state: 'active', lag_bytes: 0 }])
    } finally {
      child.kill('SIGTERM')
      await once(child, 'close')
    }
    expect(said.match(/cannot read/g)).toHaveLength(1)
    expect(said).toMatch(/permission denied\. Let it be read: sudo setfacl -m u:\w+:rX \S+a\.log/)
  })
})

describe('the data directory', () => {
  test('without room reading waits, which is said once, and goes on when there is room', {
    timeout: 180_000,
  }, async () => {
    using directory = scratchDir('bad-disk')
    writeFileSync(join(directory.path, 'a.log'), Array.from({ length: 20_000 }, (_, i) => access(i)).join(''))
    // No file may grow beyond this: what a quota does, and to a program the same as a full disk.
    const limited = ['--fsize=40000:unlimited', ...command, 'run', '--no-web', '--parser', 'nginx.access', 'a.log']
    const child = spawn('prlimit', limited, { cwd: directory.path, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    const stats = async () => rowsOf((await tailrace(directory.path, ['stats', '--format', 'ndjson'])).out)
    try {
      await expect.poll(() => said, { timeout: 60_000 }).toContain('DuckDB cannot write')
      expect(await stats()).toEqual([{ count: 0 }])
      execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited'])
      await expect.poll(stats, { timeout: 120_000 }).toEqual([{ count: 20_000 }])
      await expect.poll(() => said, { timeout: 45_000 }).toContain('disk: it goes again')
    } finally {
      child.kill('SIGTERM')
      await once(child, 'close')
    }
    expect(said.match(/cannot write/g)).toHaveLength(1)
    const ledger = await tailrace(directory.path, ['ledger', '--verify'])
    expect(ledger.code, ledger.out + ledger.err).toBe(0)
  })

  test('may lie too deep for a socket; may not be used twice, be no directory, or refuse to be written to', {
    timeout: 180_000,
  }, async () => {
    using directory = scratchDir('bad-data')
    writeFileSync(join(directory.path, 'a.log'), access(1))
    const deep = join('deep'.repeat(30), 'deeper'.repeat(30))
    await using service = createService({ TAILRACE_NGINX_ACCESS: join(directory.path, 'a.log') }, ['--data', deep])
    service.start()
    await expect
      .poll(async () => (await service.run(['stats', '--data', deep, '--format', 'ndjson'])).out, { timeout: 45_000 })
      .toBe('{"count":1}\n')
    const second = await service.run(['run', '--no-web', '--data', deep])
    expect(second.code).toBe(2)
    expect(second.err).toMatch(/in use by the Tailrace process \d+/)
    expect(await service.end('SIGTERM')).toBe(143)

    const noDirectory = await tailrace(directory.path, ['run', '--once', '--no-web', '--data', 'a.log', 'a.log'])
    expect(noDirectory.code).toBe(3)
    expect(noDirectory.err).toContain('a.log')
    const nowhere = await tailrace(directory.path, [
      'run',
      '--once',
      '--no-web',
      '--data',
      '/proc/tailrace/data',
      'a.log',
    ])
    expect(nowhere.code).toBe(3)
    expect(nowhere.err).toContain('/proc/tailrace')
    mkdirSync(join(directory.path, 'locked'), { mode: 0o500 })
    const [program, ...args] = withoutOverride([
      ...command,
      'run',
      '--once',
      '--no-web',
      '--data',
      'locked/data',
      'a.log',
    ])
    const readOnly = spawnSync(program, args, { cwd: directory.path, encoding: 'utf8' })
    expect(readOnly.status).toBe(3)
    expect(readOnly.stderr).toMatch(/EACCES.*locked\/data/)
  })

  test('a checkpoint journal damaged by hand is told and set aside; nothing is stored twice or lost', async () => {
    using directory = scratchDir('bad-journal')
    const log = join(directory.path, 'a.log')
    writeFileSync(log, access(1) + access(2))
    const first = await deliver(directory.path, 'nginx.access', 'a.log')
    expect(first.read).toBe(2)
    const generations = join(directory.path, 'data/checkpoints/generations')
    const [name] = execFileSync('ls', [generations], { encoding: 'utf8' }).split('\n')
    const bytes = readFileSync(join(generations, name!))
    bytes.fill(0x21, 20, 60)
    writeFileSync(join(generations, name!), bytes)
    appendFileSync(log, access(3))
    const run = await tailrace(directory.path, ['run', '--once', '--no-web', '--parser', 'nginx.access', 'a.log'])
    expect(run.code, run.err).toBe(0)
    expect(run.err).toMatch(/damaged/)
    const { out } = await tailrace(directory.path, ['stats', '--metric', 'unique(url.original)', '--format', 'ndjson'])
    expect(rowsOf(out)[0]).toMatchObject({ 'unique(url.original)': 3 })
  })
})
