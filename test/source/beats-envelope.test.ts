import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { release } from '../../src/event/batch.ts'
import { createWriter } from '../../src/event/document.ts'
import { byLine, wrapped } from '../../src/event/framing.ts'
import { json } from '../../src/grammar/json.ts'
import { key } from '../../src/grammar/members.ts'
import { createArena } from '../../src/memory/arena.ts'
import { prepare } from '../../src/pipeline/run.ts'
import { beatsEnvelope } from '../../src/source/envelope/beats.ts'
import { beatsStream, pathOfStream } from '../../src/source/envelope/beats-line.ts'
import { follow } from '../../src/source/follow.ts'
import { sourceBench } from '../support/records.ts'

/** Whatever is said, by its text: a grammar that reads any line is not needed to see what is around it. */
const anything = json({
  name: 'app.any',
  members: { message: key('m', 'text') },
  undeclared: 'drop',
  samples: ['{"m":"x"}'],
})

const documentsOf = async (events: readonly (object | string)[]): Promise<readonly unknown[]> => {
  const directory = mkdtempSync(join(tmpdir(), 'tailrace-envelope-'))
  const arena = createArena(16 << 20)
  const bench = await sourceBench(join(directory, 'data'), { arena })
  try {
    const path = join(directory, 'a.log')
    writeFileSync(
      path,
      events.map((event) => `${typeof event === 'string' ? event : JSON.stringify(event)}\n`).join(''),
    )
    const source = await bench.open(follow({ name: 'x', paths: [path] }), {
      once: true,
      framing: () => wrapped({ envelope: beatsEnvelope(), of: () => byLine() }),
    })
    const documents: unknown[] = []
    for (
      let block = await source.next(AbortSignal.timeout(60_000));
      block !== undefined;
      block = await source.next(AbortSignal.timeout(60_000))
    ) {
      const batch = prepare(block, {
        readerOf: () => anything,
        datasetOf: () => 'app.any',
        schemaOf: () => anything.schema,
        transforms: [],
        host: 'here',
        namespace: 'default',
        timezone: 'UTC',
        clock: Date.now,
      })
      for (let row = 0; row < batch.count; row++) {
        if (batch.failures.has(row)) {
          documents.push(batch.failures.get(row)!.code)
          continue
        }
        const writer = createWriter(batch)
        const at = arena.lease(writer.bound(row))!
        const end = writer.write(row, at.start)
        documents.push(JSON.parse(arena.node.toString('utf8', at.start, end)))
        at.release()
      }
      release(batch)
    }
    await source.close()
    return documents
  } finally {
    await bench.generations.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

const said = { message: '{"m":"said"}' }

test('what a Beat put around a line is kept beside it, each where it belongs', async () => {
  const [full, plain] = await documentsOf([
    {
      ...said,
      '@timestamp': '2026-11-27T08:00:00.123Z',
      '@metadata': { beat: 'filebeat' },
      host: { name: 'web-1', hostname: 'web-1.local', os: { family: 'debian' } },
      agent: { id: 'a', name: 'web-1', type: 'filebeat', version: '8.17.0', ephemeral_id: 'e' },
      log: { file: { path: '/var/log/a.log' }, offset: 7, level: 'x' },
      fields: { env: 'test', n: 1 },
      tags: ['web', 'cn'],
      kubernetes: { pod: { name: 'p' } },
      input: { type: 'filestream' },
      ecs: { version: '8.0.0' },
    },
    said,
  ])
  expect(full).toMatchObject({
    '@timestamp': '2026-11-27T08:00:00.123Z',
    message: 'said',
    host: { name: 'web-1', hostname: 'web-1.local' },
    agent: { id: 'a', name: 'web-1', type: 'filebeat', version: '8.17.0', ephemeral_id: 'e' },
    log: { file: { path: '/var/log/a.log' } },
    fields: { env: 'test', n: 1 },
    tags: ['web', 'cn'],
    beats: { other: { kubernetes: { pod: { name: 'p' } }, host: { os: { family: 'debian' } }, log: { level: 'x' } } },
  })
  expect(plain).toMatchObject({ message: 'said' })
  expect(plain).not.toHaveProperty('agent')
  expect(plain).not.toHaveProperty('tags')
})

test('nothing that stands around a line stops those that follow', async () => {
  const documents = await documentsOf([
    'no JSON',
    '[1]',
    { ...said, host: 'a text', agent: [1], log: { file: null }, tags: 'web', fields: 'x', '@timestamp': 7 },
    { ...said, agent: { name: 7, id: { a: 1 } }, tags: [1, null, 'x'], log: 5, ['__proto__']: { polluted: true } },
    '{"message":"{\\"m\\":\\"esc\\\\u0041ped\\"}","a":"\\ud800"}',
    said,
  ])
  expect(documents.slice(0, 2)).toEqual(['bad_envelope', 'bad_envelope'])
  expect(documents.slice(2).map((one) => (one as { message: string }).message)).toEqual([
    'said',
    'said',
    'escAped',
    'said',
  ])
  expect(documents[3]).toMatchObject({ tags: ['x'] })
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

test('a stream is what one agent reads of one file, and says which file', () => {
  expect(pathOfStream(beatsStream('/var/log/a of b.log', 'web-1', 'id'))).toBe('/var/log/a of b.log')
})
