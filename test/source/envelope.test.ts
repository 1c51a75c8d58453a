import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flagNames } from '../../src/event/block.ts'
import type { Envelope } from '../../src/event/envelope.ts'
import { byLine, type Framing, wrapped } from '../../src/event/framing.ts'
import { createArena } from '../../src/memory/arena.ts'
import { criEnvelope } from '../../src/source/envelope/cri.ts'
import { dockerEnvelope } from '../../src/source/envelope/docker.ts'
import { follow } from '../../src/source/follow.ts'
import type { OpenSource } from '../../src/source/source.ts'
import { indented, sourceBench } from '../support/records.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tailrace-envelope-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

let run = 0
const arena = createArena(64 << 20)

interface Seen {
  readonly stream: string
  readonly text: string
  readonly from: number
  readonly to: number
  readonly flags: readonly string[]
  readonly failed: boolean
}

/** The records of the next stretch; the blocks of it come together. */
const stretch = async (source: OpenSource, signal: AbortSignal): Promise<readonly Seen[] | undefined> => {
  const seen: Seen[] = []
  for (let more = true; more; ) {
    const block = await source.next(signal)
    if (block === undefined) return undefined
    for (let i = 0; i < block.count; i++)
      seen.push({
        stream: block.failure === undefined ? block.wrapping!.streams[block.wrapping!.code[i]!]! : '',
        text: block.arena.node.toString('utf8', block.start[i], block.end[i]),
        from: block.from[i]!,
        to: block.to[i]!,
        flags: flagNames.filter((_, bit) => (block.flag[i]! & (1 << bit)) !== 0),
        failed: block.failure !== undefined,
      })
    more = block.more === true
    block.lease.release()
  }
  return seen.toSorted((a, b) => a.from - b.from)
}

const framingOf = (envelope: Envelope, inner: (stream: string) => Framing, maxBytes?: number) => () =>
  wrapped({ envelope, of: (stream) => inner(stream) }, 0, maxBytes)
/** A window holds some lines only, so that it has to grow where records interleave for long. */
const smallWindow = 1000

const lines = byLine()
const joined = indented({ flushAfter: 1e9 })

/** All records of a file, read to its end at once. */
const readAll = async (bytes: string | Uint8Array, envelope: Envelope, inner: (stream: string) => Framing) => {
  const name = join(directory, String(run++))
  writeFileSync(`${name}.log`, bytes)
  const bench = await sourceBench(`${name}.data`, { arena, framing: framingOf(envelope, inner) })
  const source = await bench.open(follow({ name: 'c', paths: [`${name}.log`], watch: false }), { once: true })
  const all: Seen[] = []
  const never = new AbortController().signal
  for (let next = await stretch(source, never); next !== undefined; next = await stretch(source, never))
    all.push(...next)
  await source.close()
  await bench.generations.close()
  expect(arena.inUse).toBe(0)
  return all
}
const texts = (records: readonly Seen[]) => records.map(({ stream, text }) => `${stream}: ${text}`)

const second = (at: number) => new Date(Date.UTC(2026, 10, 23, 8, 0, 0) + at * 1000).toISOString()
const dockerLine = (log: string, stream = 'stdout', at = 0, more: object = {}) =>
  `${JSON.stringify({ log, stream, ...more, time: second(at) })}\n`
const criLine = (text: string, tag = 'F', stream = 'stdout', at = 0) => `${second(at)} ${stream} ${tag} ${text}\n`

describe('docker', () => {
  const docker = (bytes: string | Uint8Array, inner: (stream: string) => Framing = () => lines) =>
    readAll(bytes, dockerEnvelope(), inner)

  it('pieces of a long line are one record, whatever other streams say between them', async () => {
    const records = await docker(
      dockerLine('first half, ') +
        dockerLine('an error\n', 'stderr') +
        dockerLine('second half\n') +
        dockerLine('next\n'),
    )
    expect(texts(records)).toEqual(['stdout: first half, second half', 'stderr: an error', 'stdout: next'])
    expect(records[0]!.to).toBeGreaterThan(records[1]!.to)
  })

  it('a traceback of one stream is one record, although another stream writes into it', async () => {
    const records = await docker(
      dockerLine('Traceback:\n', 'stderr') +
        dockerLine('GET /\n') +
        dockerLine('  File "a.py"\n', 'stderr') +
        dockerLine('GET /b\n') +
        dockerLine('    boom()\n', 'stderr') +
        dockerLine('ValueError\n', 'stderr'),
      (stream) => (stream === 'stderr' ? joined : lines),
    )
    expect(texts(records)).toEqual([
      'stderr: Traceback:\n  File "a.py"\n    boom()',
      'stdout: GET /',
      'stdout: GET /b',
      'stderr: ValueError',
    ])
    expect(records[0]!.flags).toEqual(['multiline'])
  })

  it('escapes are decoded, a line end of terminals is no text, and empty lines are none', async () => {
    const records = await docker(
      dockerLine('quote " backslash \\ tab \t 中文 \u0007\n') +
        dockerLine('\n') +
        dockerLine('end\r\n') +
        dockerLine('\\n\n'),
    )
    expect(texts(records)).toEqual(['stdout: quote " backslash \\ tab \t 中文 \u0007', 'stdout: end', 'stdout: \\n'])
  })

  it('a line that is no envelope fails by itself, as do other lines of JSON', async () => {
    const torn = '{"log":"half a li\n'
    const records = await docker(
      `${dockerLine('good\n')}${torn}{"msg":"no log","stream":"stdout"}\n${dockerLine('go\n')}`,
    )
    expect(records.map(({ failed }) => failed)).toEqual([false, true, true, false])
    expect(records[1]!.text).toBe(torn.trimEnd())
  })

  it('a piece whose rest never comes is ended by the time of what other streams say', async () => {
    let bytes = dockerLine('prompt> ')
    for (let i = 0; i < 10; i++) bytes += dockerLine(`${i}\n`, 'stderr', i)
    const [prompt, ...rest] = await docker(bytes)
    expect(prompt).toMatchObject({ text: 'prompt> ', flags: ['flushed'] })
    expect(rest.map(({ text }) => text)).toEqual(Array.from({ length: 10 }, (_, i) => String(i)))
  })

  it('a line longer than a record may be is one record, cut, and what comes behind is read', async () => {
    const piece = 'x'.repeat(16_384)
    const records = await docker(dockerLine(piece).repeat(100) + dockerLine('the end\n') + dockerLine('next\n'))
    expect(records.map(({ text }) => text.length)).toEqual([1 << 20, 4])
    expect(records[0]!.flags).toContain('truncated')
  })

  it('one stream that says a line and falls silent does not hold up or cut the other', async () => {
    let bytes = dockerLine('starting\n')
    const count = 30_000
    for (let i = 0; i < count; i++) bytes += dockerLine(i % 3 === 0 ? `${i}\n` : `  of ${i}\n`, 'stderr', i / 10_000)
    const records = await docker(bytes, () => joined)
    expect(records.length).toBe(1 + count / 3)
    expect(records.filter(({ stream, flags }) => stream === 'stderr' && flags.includes('flushed'))).toEqual([])
  })
})

describe('cri', () => {
  const cri = (bytes: string | Uint8Array, inner: (stream: string) => Framing = () => lines) =>
    readAll(bytes, criEnvelope(), inner)

  it('pieces tagged P go on to the one tagged F of their stream', async () => {
    const records = await cri(
      criLine('a ', 'P') + criLine('other', 'F', 'stderr') + criLine('b ', 'P') + criLine('c') + criLine('d', 'F:x'),
    )
    expect(texts(records)).toEqual(['stdout: a b c', 'stderr: other', 'stdout: d'])
  })

  it('a character that is cut between two pieces is whole again', async () => {
    const character = Buffer.from('中')
    const records = await cri(
      Buffer.concat([
        Buffer.from(criLine('a', 'P').trimEnd()),
        character.subarray(0, 1),
        Buffer.from('\n'),
        Buffer.from(criLine('', 'F').trimEnd()),
        Buffer.from(' '),
        character.subarray(1),
        Buffer.from('\n'),
        Buffer.from(criLine('bad ')),
        Buffer.from(criLine('').trimEnd()),
        Buffer.from([32, 0xff, 10]),
      ]),
    )
    expect(texts(records)).toEqual(['stdout: a中', 'stdout: bad ', 'stdout: \ufffd'])
    expect(records.map(({ flags }) => flags)).toEqual([[], [], ['invalid_utf8']])
  })

  it('takes times with a zone, lines without tag or text, and nothing else', async () => {
    const records = await cri(
      '2026-11-23T08:00:00.123456789+08:00 stdout F one\n2026-11-23T08:00:00Z stderr untagged\n2026-11-23T08:00:00Z stdout F \nyesterday stdout F no\n2026-11-23T08:00:00Z stdin F no\n2026-02-30T08:00:00Z stdout F no\n',
    )
    expect(records.map(({ text, failed }) => (failed ? 'failed' : text))).toEqual([
      'one',
      'untagged',
      'failed',
      'failed',
      'failed',
    ])
  })
})

/** Streams of records; each line of each is cut in pieces; and whose turn it is. */
const logs = fc.record({
  records: fc.array(
    fc.record({
      stream: fc.constantFrom('stdout', 'stderr'),
      // A blank line begins no record.
      lines: fc.array(fc.stringMatching(/^[a-z"\\\n中]{0,15}[a-z"\\中][a-z"\\\n中]{0,14}$/), {
        minLength: 1,
        maxLength: 4,
      }),
      pieces: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 1, maxLength: 20 },
  ),
  turns: fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
})

/** The file of it, and what its records are. */
const written = ({ records, turns }: typeof logs extends fc.Arbitrary<infer T> ? T : never) => {
  const todo: Record<string, { log: string; record: number }[]> = { stdout: [], stderr: [] }
  const expected = records.map(({ stream, lines: all, pieces }, record) => {
    const text = all.map((line, i) => (i === 0 ? '' : ' ') + line.replaceAll('\n', '\t'))
    for (const line of text) {
      const size = Math.ceil((line.length + 1) / pieces)
      const whole = `${line}\n`
      for (let at = 0; at < whole.length; at += size) todo[stream]!.push({ log: whole.slice(at, at + size), record })
    }
    return { stream, text: text.join('\n'), from: -1, to: 0 }
  })
  let bytes = ''
  for (let turn = 0; todo['stdout']!.length + todo['stderr']!.length > 0; turn++) {
    const [first, other] = turns[turn % turns.length] === true ? ['stdout', 'stderr'] : ['stderr', 'stdout']
    const stream = todo[first!]!.length > 0 ? first! : other!
    const { log, record } = todo[stream]!.shift()!
    if (expected[record]!.from < 0) expected[record]!.from = Buffer.byteLength(bytes)
    bytes += dockerLine(log, stream)
    expected[record]!.to = Buffer.byteLength(bytes)
  }
  return { bytes: Buffer.from(bytes), expected: expected.toSorted((a, b) => a.from - b.from) }
}
const plain = (records: readonly Seen[]) => records.map(({ stream, text, from, to }) => ({ stream, text, from, to }))

const openAt = async (name: string, changes: Parameters<typeof sourceBench>[1] = {}) => {
  const framing = framingOf(dockerEnvelope(), () => joined, smallWindow)
  const bench = await sourceBench(`${name}.data`, { arena, framing, ...changes })
  const source = await bench.open(follow({ name: 'c', paths: [`${name}.log`], watch: false, blockBytes: 1 }))
  return { bench, source }
}

test.prop([logs, fc.array(fc.nat(), { maxLength: 3 })], { numRuns: 20 })(
  'records of interleaved streams are the same however the file arrives, and begin in its order',
  async (log, cuts) => {
    const { bytes, expected } = written(log)
    expect(plain(await readAll(bytes, dockerEnvelope(), () => joined))).toEqual(expected)
    const name = join(directory, String(run++))
    const places = [...cuts.map((cut) => cut % bytes.length), bytes.length].sort((a, b) => a - b)
    writeFileSync(`${name}.log`, bytes.subarray(0, places[0]))
    const framing = framingOf(dockerEnvelope(), () => joined, smallWindow)
    const bench = await sourceBench(`${name}.data`, { arena, framing })
    const seen: Seen[] = []
    let reach = 0
    let at = places[0]!
    for (const to of [...places.slice(1), bytes.length]) {
      const last = at === bytes.length
      const source = await bench.open(follow({ name: 'c', paths: [`${name}.log`], watch: false, blockBytes: 1 }), {
        once: last,
      })
      const signal = last ? new AbortController().signal : AbortSignal.timeout(15)
      for (let next = await stretch(source, signal); next !== undefined; next = await stretch(source, signal)) {
        expect(next[0]!.from).toBeGreaterThanOrEqual(reach)
        seen.push(...next)
        reach = Math.max(reach, ...next.map((one) => one.to))
        source.committed(bench.generations.all()[0]!.key, reach)
      }
      await source.close()
      appendFileSync(`${name}.log`, bytes.subarray(at, to))
      at = to
    }
    await bench.generations.close()
    expect(plain(seen)).toEqual(expected)
  },
)

test.prop([logs, fc.nat(), fc.array(fc.boolean(), { minLength: 1, maxLength: 20 })], { numRuns: 30 })(
  'after a crash what the store holds is passed over, record by record, and the rest is read',
  async (log, committed, inStore) => {
    const { bytes, expected } = written(log)
    const name = join(directory, String(run++))
    writeFileSync(`${name}.log`, bytes)
    const { bench, source } = await openAt(name, { once: true })
    const never = new AbortController().signal
    const stretches: (readonly Seen[])[] = []
    for (let next = await stretch(source, never); next !== undefined; next = await stretch(source, never))
      stretches.push(next)
    await source.close()
    await bench.generations.close()
    // Some stretches were committed; of the others the store holds some records, by chance.
    const upTo = committed % (stretches.length + 1)
    const done = stretches.slice(0, upTo).flat()
    const doubtful = stretches.slice(upTo).flat()
    const held = doubtful.filter((_, i) => inStore[i % inStore.length])
    const offset = done.reduce((most, { to }) => Math.max(most, to), 0)
    const skipped: number[] = []
    const again = await openAt(name, {
      once: true,
      resume: new Map(bench.generations.all().map(({ key }) => [key, offset])),
      covered: async () => held.map(({ from, to }) => ({ from, to })),
      skipped: (_, to) => skipped.push(to),
    })
    const read: Seen[] = []
    for (let next = await stretch(again.source, never); next !== undefined; next = await stretch(again.source, never)) {
      // What is told as passed over lies before all that is still to come.
      for (const to of skipped) expect(next.every(({ from }) => from >= to)).toBe(true)
      read.push(...next)
    }
    await again.source.close()
    await again.bench.generations.close()
    expect(plain([...done, ...held, ...read].toSorted((a, b) => a.from - b.from))).toEqual(expected)
    if (held.length > 0) expect(Math.max(...skipped, ...read.map(({ to }) => to))).toBe(bytes.length)
    expect(arena.inUse).toBe(0)
  },
)
