import { afterEach, describe, expect, it } from 'vitest'
import { outcome, release } from '../../../src/event/batch.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { failed, reply, type StandIn, standIn } from './stand-in.ts'
import {
  type Nonsense,
  nonsense,
  storeBehindALostRoute,
  storeThatAnswers429,
  storeThatAnswers503AfterHalf,
  storeThatAnswersNonsense,
  storeThatChokesOn,
  storeThatJudges,
  storeThatLiesAboutWhatItHolds,
  storeThatRedirectsAndResets,
  storeThatRefusesEverybody,
  storeThatRefusesLargeBodies,
  storeThatResetsAfterApply,
} from './stand-ins.ts'
import { allStored, idsOf, inUse, never, rowsOf, seal, stored, withStore, write } from './with-store.ts'

let standing: StandIn | undefined
afterEach(async () => {
  await standing?.close()
  standing = undefined
})
const use = async (opening: Promise<StandIn>): Promise<StandIn> => {
  standing = await opening
  return standing
}
const once = (ids: readonly string[]): string[] => [...ids].sort()

describe('a request of unknown outcome', () => {
  it('is not repeated for what the store took before it reset the connection, even after a rollover', async () => {
    const store = await use(storeThatResetsAfterApply(1))
    const { outcomes } = await withStore([store.url], (open) => write(open, rowsOf(50)))
    expect(outcomes).toEqual(allStored(50))
    expect(once(store.stored)).toEqual(once(idsOf(50)))
  })

  it.each([1, 2])(
    'counts a document as redirected once, where the answer that says so was lost (%i times)',
    async (lost) => {
      const unfit = idsOf(20).filter((_, i) => i % 5 === 2)
      const { store, redirected } = await storeThatRedirectsAndResets(lost, (id) => unfit.includes(id))
      await use(Promise.resolve(store))
      const { outcomes, batch } = await withStore([store.url], (open) => write(open, rowsOf(20)))
      expect(outcomes).toEqual(idsOf(20).map((id) => (unfit.includes(id) ? outcome.redirected : outcome.stored)))
      expect(batch.failures.size).toBe(0)
      // The others are not sent again, and none of these is taken for stored.
      expect(once(store.stored)).toEqual(once(idsOf(20).filter((id) => !unfit.includes(id))))
      expect(store.asked('/_bulk').map(({ body }) => body.toString().split('\n').length >> 1)).toEqual([
        20,
        ...Array<number>(lost).fill(unfit.length),
      ])
      // A failure store gives ids of its own and is not asked: it holds each once for every time it was sent, none is missing.
      expect(once(redirected)).toEqual(once(Array.from({ length: lost + 1 }, () => unfit).flat()))
    },
  )

  it('is repeated for the half that the store had not taken when a gateway lost patience', async () => {
    const store = await use(storeThatAnswers503AfterHalf())
    const { outcomes, troubles } = await withStore([store.url], (open) => write(open, rowsOf(51)))
    expect(outcomes).toEqual(allStored(51))
    expect(once(store.stored)).toEqual(once(idsOf(51)))
    expect(troubles.join()).toMatch(/store answers 503 with what is not JSON: <html>gateway timeout/)
  })

  for (const kind of Object.keys(nonsense) as Nonsense[])
    it(`an answer that is nonsense (${kind}) counts as unknown`, async () => {
      const store = await use(storeThatAnswersNonsense(kind))
      const { outcomes } = await withStore([store.url], (open) => write(open, rowsOf(20)))
      expect(outcomes).toEqual(allStored(20))
      expect(once(store.stored)).toEqual(once(idsOf(20)))
    })

  it('is asked after again until the answer about it can be relied on', async () => {
    const store = await use(storeThatLiesAboutWhatItHolds())
    const { outcomes } = await withStore([store.url], (open) => write(open, rowsOf(20)))
    expect(outcomes).toEqual(allStored(20))
    expect(once(store.stored)).toEqual(once(idsOf(20)))
    expect(['/_bulk', '/_refresh', '/_search'].map((path) => store.asked(path).length)).toEqual([1, 6, 6])
  })

  it('a refresh comes before the question which documents are there', async () => {
    const store = await use(storeThatResetsAfterApply(1))
    await withStore([store.url], (open) => write(open, rowsOf(3)))
    const order = store.requests.map(({ path }) => path.split('?')[0]!.split('/').at(-1))
    expect(order.slice(order.indexOf('_bulk'))).toEqual(['_bulk', '_refresh', '_search'])
  })

  it('an answer that takes too long is unknown too', async () => {
    let slow = true
    const store = await use(
      standIn({
        fault: (_, __, bulk) => {
          if (bulk === undefined || !slow) return false
          slow = false
          bulk.apply()
          return true
        },
      }),
    )
    store.rolledOver = true
    const { outcomes } = await withStore([store.url], (open) => write(open, rowsOf(5)), { requestTimeout: 300 })
    expect(outcomes).toEqual(allStored(5))
    expect(once(store.stored)).toEqual(once(idsOf(5)))
  })
})

describe('a store that is away', () => {
  it('is waited for, said aloud while it lasts, and gets everything once', async () => {
    const store = await use(standIn())
    await store.close()
    await withStore([store.url], async (open) => {
      const writing = write(open, rowsOf(10))
      await waitUntil('it complains', () => open.trouble?.startsWith('store gives no answer: '))
      await store.open()
      const { outcomes } = await writing
      expect(outcomes).toEqual(allStored(10))
      expect(open.trouble).toBeUndefined()
      await store.close()
      const second = write(open, rowsOf(10), { from: 5000 })
      await waitUntil('it complains again', () => open.trouble !== undefined)
      await store.open()
      expect((await second).outcomes).toEqual(allStored(10))
    })
    expect(store.stored).toHaveLength(20)
    expect(new Set(store.stored).size).toBe(20)
  })

  it('an abort while waiting throws its reason and leaves the rows live', async () => {
    const store = await use(standIn())
    await store.close()
    const before = inUse()
    await withStore([store.url], async (open) => {
      const batch = stored(rowsOf(10))
      const stop = new AbortController()
      const writing = open.write([batch], seal, stop.signal)
      await waitUntil('it waits', () => open.trouble !== undefined)
      const reason = new Error('enough')
      stop.abort(reason)
      await expect(writing).rejects.toBe(reason)
      expect([...batch.outcome]).toEqual(rowsOf(10).map(() => outcome.live))
      expect(open.trouble).toBeUndefined()
      release(batch)
    })
    expect(inUse()).toBe(before)
    await store.open()
  })

  it('an abort in the middle of a request throws, and the memory of its body comes back', async () => {
    let asked = false
    const store = await use(
      standIn({
        fault: (_, __, bulk) => {
          if (bulk !== undefined) asked = true
          return bulk !== undefined
        },
      }),
    )
    const before = inUse()
    await withStore([store.url], async (open) => {
      const batch = stored(rowsOf(10))
      const stop = new AbortController()
      const writing = open.write([batch], seal, stop.signal)
      await waitUntil('the request is there', () => asked)
      stop.abort(new Error('enough'))
      await expect(writing).rejects.toThrow('enough')
      expect(batch.outcome[0]).toBe(outcome.live)
      release(batch)
    })
    expect(inUse()).toBe(before)
  })

  it("a person's question fails after three tries instead of waiting", async () => {
    const store = await use(standIn())
    await store.close()
    await withStore([store.url], async (open) => {
      await expect(open.countOf('00c0ffee00c0ffee', never)).rejects.toMatchObject({ code: 'store_unavailable' })
    })
    await store.open()
  })

  for (const status of [400, 401, 403, 404, 405])
    it(`a gateway that lost the way (${status}) is waited for: nothing is dropped, nothing a dead letter`, async () => {
      const store = await use(storeBehindALostRoute(status, 25))
      const { outcomes, troubles } = await withStore([store.url], (open) => write(open, rowsOf(4)))
      expect(outcomes).toEqual(allStored(4))
      expect(once(store.stored)).toEqual(once(idsOf(4)))
      expect(troubles.join()).toContain(`store answers ${status}`)
    })

  for (const status of [401, 403, 404, 429])
    it(`a store that begins to answer ${status} while it is delivered to is waited for`, async () => {
      const store = await use(storeThatRefusesEverybody(status, 25, true))
      const { outcomes, troubles } = await withStore([store.url], (open) => write(open, rowsOf(4)))
      expect(outcomes).toEqual(allStored(4))
      expect(troubles.join()).toContain(`store answers ${status}: security_exception`)
    })

  for (const status of [401, 403, 429, 503])
    it(`a store that answers ${status} to everything is waited for, and says why`, async () => {
      const store = await use(storeThatRefusesEverybody(status, 6))
      const { outcomes, troubles } = await withStore([store.url], (open) => write(open, rowsOf(4)), {
        backoff: { first: 10, most: 20 },
      })
      expect(outcomes).toEqual(allStored(4))
      expect(troubles.join()).toContain(`store answers ${status}: security_exception: missing privileges (since `)
    })
})

describe('a store that is full', () => {
  it('is sent one request at a time while it refuses, and more once it takes them again', async () => {
    let refuses = false
    const store = await use(
      standIn({
        fault: (_, answer, bulk) =>
          bulk !== undefined && refuses && reply(answer, 429, { error: { type: 'es_rejected_execution_exception' } }),
      }),
    )
    await withStore([store.url], async (open) => {
      await write(open, rowsOf(1))
      expect(open.concurrency).toBe(2)
      refuses = true
      const writing = Promise.all([1, 2, 3, 4].map((i) => write(open, rowsOf(30), { from: i * 10_000 })))
      await waitUntil('it is sent less', () => open.concurrency === 1)
      refuses = false
      for (const { outcomes } of await writing) expect(outcomes).toEqual(allStored(30))
      for (let from = 100_000; open.concurrency === 1; from += 20_000)
        await Promise.all([0, 10_000].map((more) => write(open, rowsOf(3), { from: from + more })))
      expect(new Set(store.stored).size).toBe(store.stored.length)
    })
  })

  it('gets the same documents again, and only those it refused', async () => {
    const store = await use(storeThatAnswers429(2))
    const { outcomes } = await withStore([store.url], (open) => write(open, rowsOf(32)))
    expect(outcomes).toEqual(allStored(32))
    expect(once(store.stored)).toEqual(once(idsOf(32)))
    const counts = store.asked('/_bulk').map(({ body }) => body.toString().split('\n').length >> 1)
    expect(counts).toEqual([32, 32, 32, 16, 8, 4, 2, 1])
  })

  it('bodies larger than it takes are sent in parts, and a document that is too large alone is a dead letter', async () => {
    const store = await use(storeThatRefusesLargeBodies(100_000))
    const rows = rowsOf(400).map((row, i) => (i === 70 ? { message: 'x'.repeat(120_000) } : row))
    const { outcomes, batch } = await withStore([store.url], (open) => write(open, rows))
    expect(outcomes.map((one) => one === outcome.stored)).toEqual(rows.map((_, i) => i !== 70))
    expect(outcomes[70]).toBe(outcome.dead)
    expect(batch.failures.get(70)).toMatchObject({ stage: 'store', code: 'too_large' })
    expect(new Set(store.stored).size).toBe(399)
    expect(store.stored).toHaveLength(399)
  })

  it('once it refused a body the next ones are smaller from the start', async () => {
    const store = await use(storeThatRefusesLargeBodies(150_000))
    await withStore([store.url], async (open) => {
      await write(open, rowsOf(2000))
      const before = store.requests.length
      await write(open, rowsOf(2000), { from: 1_000_000 })
      const bodies = store.requests.slice(before).filter(({ path }) => path.includes('/_bulk'))
      expect(bodies.every(({ body }) => body.length <= 150_000)).toBe(true)
    })
    expect(store.stored).toHaveLength(4000)
  })

  it('a connection that is cut over every large body is answered by smaller ones', async () => {
    const store = await use(storeThatRefusesLargeBodies(100_000, true))
    const { outcomes } = await withStore([store.url], (open) => write(open, rowsOf(600)))
    expect(outcomes).toEqual(allStored(600))
    expect(store.stored).toHaveLength(600)
  })
})

describe('what becomes of each document', () => {
  const third = '00c0ffee00c0ffee-200'
  const judge = async (verdict: (tries: number) => ReturnType<typeof failed> | undefined, shared: string[] = []) => {
    const store = await use(storeThatJudges((id, tries) => (id === third ? verdict(tries) : undefined)))
    const written = await withStore([store.url], (open) => write(open, rowsOf(5)), { shared })
    expect(written.outcomes.filter((_, i) => i !== 2)).toEqual(allStored(4))
    expect(new Set(store.stored).size).toBe(store.stored.length)
    return { store, outcome: written.outcomes[2], failure: written.batch.failures.get(2), troubles: written.troubles }
  }

  it('one that was there before is stored', async () => {
    const { outcome: ended } = await judge(() => failed(409, 'version_conflict_engine_exception', 'exists'))
    expect(ended).toBe(outcome.stored)
  })

  it('one that was there before is a duplicate when its source is shared', async () => {
    const { outcome: ended } = await judge(() => failed(409, 'version_conflict_engine_exception', 'exists'), ['test'])
    expect(ended).toBe(outcome.duplicate)
  })

  it('one that the failure store took, under an id of its own, is redirected, not stored', async () => {
    const { outcome: ended } = await judge(() => ({
      create: { _id: 'lm2rfJYBNVKKwLtHVJ4v', status: 201, failure_store: 'used' },
    }))
    expect(ended).toBe(outcome.redirected)
  })

  it('made, there before, refused for now and unfit, all in one answer: each is told by itself', async () => {
    const said = (n: number) => (id: string) => Number(id.split('-')[1]) / 100 === n
    const store = await use(
      storeThatJudges((id, tries) => {
        if (said(0)(id)) return failed(409, 'version_conflict_engine_exception', 'exists')
        if (said(1)(id) && tries < 3) return failed(429, 'es_rejected_execution_exception', 'queue is full')
        if (said(2)(id))
          return failed(400, 'document_parsing_exception', 'failed to parse field [app.id] of type [long]')
        if (said(3)(id) && tries < 2) return failed(503, 'unavailable_shards_exception', 'primary shard is not active')
        return said(4)(id) ? { create: { status: 201, failure_store: 'used' } } : undefined
      }),
    )
    const { outcomes, batch } = await withStore([store.url], (open) => write(open, rowsOf(7)))
    const { stored: made, dead, redirected } = outcome
    expect(outcomes).toEqual([made, made, dead, made, redirected, made, made])
    expect([...batch.failures.keys()]).toEqual([2])
    expect(store.asked('/_bulk').map(({ body }) => body.toString().split('\n').length >> 1)).toEqual([7, 2, 1])
    expect(once(store.stored)).toEqual(once(idsOf(7).filter((_, i) => ![0, 2, 4].includes(i))))
  })

  it('one over the limit of fields is dead', async () => {
    const reason = 'Limit of total fields [1000] has been exceeded while adding new fields [3]'
    const { store, outcome: ended } = await judge(() => failed(400, 'illegal_argument_exception', reason))
    expect(ended).toBe(outcome.dead)
    expect(store.asked('/_bulk')).toHaveLength(1)
  })

  it('one whose node is leaving is kept, however long others pass', async () => {
    const leaving = ['node_closed_exception', 'node_not_connected_exception', 'already_closed_exception'] as const
    const { outcome: ended } = await judge((tries) =>
      tries < 13 ? failed(500, leaving[tries % 3]!, 'node is closing') : undefined,
    )
    expect(ended).toBe(outcome.stored)
  })

  it('one whose pipeline or route is missing is kept until it is there', async () => {
    const refusals = [
      failed(400, 'illegal_argument_exception', 'pipeline with id [geo] does not exist'),
      failed(404, 'resource_not_found_exception', 'no such thing'),
      failed(401, 'security_exception', 'missing authentication credentials'),
    ]
    const { outcome: ended } = await judge((tries) => refusals[tries - 1])
    expect(ended).toBe(outcome.stored)
  })

  it('one that does not fit the mapping is dead, with the words of the store and the field', async () => {
    const { outcome: ended, failure } = await judge(() => ({
      create: {
        status: 400,
        error: {
          type: 'mapper_parsing_exception',
          reason: "failed to parse field [app.id] of type [long] in document with id 'x'",
          caused_by: { type: 'illegal_argument_exception', reason: 'For input string: "\u001b[31mred"' },
        },
      },
    }))
    expect(ended).toBe(outcome.dead)
    expect(failure).toMatchObject({ stage: 'store', code: 'rejected_by_store', field: 'app.id' })
    expect(failure?.reason).toContain('For input string: "\\x1b[31mred"')
  })

  it('one with an immense term is dead at once, whatever status an old engine gives it', async () => {
    for (const status of [400, 500]) {
      const reason =
        'Document contains at least one immense term in field="url.original" (whose UTF8 encoding is longer)'
      const { store, outcome: ended, failure } = await judge(() => failed(status, 'illegal_argument_exception', reason))
      expect(ended).toBe(outcome.dead)
      expect(failure).toMatchObject({ field: 'url.original' })
      expect(store.asked('/_bulk')).toHaveLength(1)
      await store.close()
    }
  })

  it('one over which the store breaks again and again is given up while others pass', async () => {
    const { store, outcome: ended } = await judge(() => failed(500, 'null_pointer_exception', 'oops'))
    expect(ended).toBe(outcome.dead)
    expect(store.asked('/_bulk')).toHaveLength(5)
  })

  it('one refused because the disk is full is kept until there is room', async () => {
    const { outcome: ended, troubles } = await judge((tries) =>
      tries < 12 ? failed(500, 'i_o_exception', 'No space left on device') : undefined,
    )
    expect(ended).toBe(outcome.stored)
    expect(troubles.join()).toContain('store answers 500 for 1 document: i_o_exception: No space left on device')
  })

  it('one refused by a block, by rights or by the limit of shards is kept until it is lifted', async () => {
    const refusals = [
      failed(403, 'cluster_block_exception', 'index [x] blocked by: [FORBIDDEN/8/index write (api)];'),
      failed(429, 'cluster_block_exception', 'disk usage exceeded flood-stage watermark'),
      failed(403, 'security_exception', 'action [create] is unauthorized'),
      failed(400, 'validation_exception', 'this cluster currently has [1000]/[1000] maximum shards open'),
      failed(503, 'unavailable_shards_exception', 'primary shard is not active'),
    ]
    const { outcome: ended } = await judge((tries) => refusals[tries - 1])
    expect(ended).toBe(outcome.stored)
  })

  it('one whose data stream was deleted waits until it is made again', async () => {
    const { store, outcome: ended } = await judge((tries) =>
      tries === 1 ? failed(404, 'index_not_found_exception', 'no such index [logs-test.log-default]') : undefined,
    )
    expect(ended).toBe(outcome.stored)
    expect(store.requests.filter(({ path }) => path === '/_data_stream/logs-test.log-default').length).toBe(3)
  })

  it('one that chokes the reader of the whole request is found by halving, the others are stored', async () => {
    const store = await use(storeThatChokesOn('00c0ffee00c0ffee-1700'))
    const { outcomes, reasons } = await withStore([store.url], (open) => write(open, rowsOf(40)))
    expect(outcomes.map((one) => one === outcome.dead)).toEqual(rowsOf(40).map((_, i) => i === 17))
    expect(reasons[17]).toContain('x_content_parse_exception: [1:5] too deep')
  })

  it('an answer many times larger than what was sent is read whole', async () => {
    const reason = `failed to parse field [app.id] of type [long]: ${'long words '.repeat(2000)}`
    const store = await use(
      storeThatJudges((id) => (id.endsWith('00') && !id.endsWith('-0') ? failed(400, 'x', reason) : undefined)),
    )
    const { outcomes } = await withStore([store.url], (open) => write(open, rowsOf(1500)))
    expect(outcomes.filter((one) => one === outcome.dead)).toHaveLength(1499)
    expect(store.stored).toEqual(['00c0ffee00c0ffee-0'])
  })

  it('a refusal of everything that blames no document is waited out, not made dead letters of', async () => {
    let left = 12
    const store = await use(
      standIn({
        fault: (_, answer, bulk) =>
          bulk !== undefined && left-- > 0
            ? reply(answer, 400, { error: 'Blocked by web application firewall' })
            : false,
      }),
    )
    const { outcomes, troubles } = await withStore([store.url], (open) => write(open, rowsOf(3)))
    expect(outcomes).toEqual(allStored(3))
    expect(troubles.join()).toContain('store answers 400: Blocked by web application firewall')
  })

  it('a limit of body size below any sensible one is waited out while nothing passes', async () => {
    let left = 12
    const store = await use(
      standIn({
        fault: (_, answer, bulk) => {
          if (bulk === undefined || left-- <= 0) return false
          answer.writeHead(413, { 'content-type': 'text/html' }).end('<h1>413 Request Entity Too Large</h1>')
          return true
        },
      }),
    )
    expect((await withStore([store.url], (open) => write(open, rowsOf(3)))).outcomes).toEqual(allStored(3))
  })

  it('a mistake in the request itself is waited out, not made dead letters of', async () => {
    let left = 3
    const store = await use(
      standIn({
        fault: (_, answer, bulk) =>
          bulk !== undefined && left-- > 0
            ? reply(answer, 400, {
                error: { type: 'illegal_argument_exception', reason: 'explicit index in bulk is not allowed' },
              })
            : false,
      }),
    )
    const { outcomes } = await withStore([store.url], (open) => write(open, rowsOf(3)))
    expect(outcomes).toEqual(allStored(3))
  })
})

describe('bodies', () => {
  it('rows that have their outcome already are not sent', async () => {
    const store = await use(standIn())
    const batch = stored(rowsOf(4))
    batch.outcome[1] = outcome.filtered
    batch.outcome[2] = outcome.dead
    await withStore([store.url], (open) => open.write([batch], seal, never))
    expect([...batch.outcome]).toEqual([outcome.stored, outcome.filtered, outcome.dead, outcome.stored])
    expect(store.stored).toEqual(['00c0ffee00c0ffee-0', '00c0ffee00c0ffee-300'])
    release(batch)
  })

  it('what does not fit into one goes into the next, in order, each a whole number of lines', async () => {
    const store = await use(standIn())
    await withStore([store.url], (open) => write(open, rowsOf(3000)), { bodyBytes: 128 * 1024 })
    const bodies = store.asked('/_bulk')
    expect(bodies.length).toBeGreaterThan(5)
    expect(bodies.every(({ body }) => body.length <= 128 * 1024 && body.at(-1) === 10)).toBe(true)
    expect(store.stored).toEqual(idsOf(3000))
  })

  it('a document larger than a body goes alone', async () => {
    const store = await use(standIn())
    const before = inUse()
    const rows = [{ message: 'a' }, { message: 'y'.repeat(600_000) }, { message: 'b' }]
    const { outcomes } = await withStore([store.url], (open) => write(open, rows), { bodyBytes: 128 * 1024 })
    expect(outcomes).toEqual(allStored(3))
    expect(store.documents.get('00c0ffee00c0ffee-100')?.['message']).toBe('y'.repeat(600_000))
    expect(inUse()).toBe(before)
  })

  it('batches of several datasets share one, each document going to its own', async () => {
    const store = await use(standIn())
    const batches = ['test.one', 'test.two'].map((dataset, i) =>
      stored(rowsOf(2), { dataset, key: `000000000000000${i}` }),
    )
    await withStore([store.url], (open) => open.write(batches, seal, never))
    const [bulk, ...more] = store.asked('/_bulk')
    expect(more).toEqual([])
    expect(bulk!.path.split('?')[0]).toBe('/logs-test.one-default/_bulk')
    expect(
      bulk!.body
        .toString()
        .split('\n')
        .filter((_, i) => i % 2 === 0),
    ).toEqual([
      '{"create":{"_id":"0000000000000000-0"}}',
      '{"create":{"_id":"0000000000000000-100"}}',
      '{"create":{"_index":"logs-test.two-default","_id":"0000000000000001-0"}}',
      '{"create":{"_index":"logs-test.two-default","_id":"0000000000000001-100"}}',
      '',
    ])
    for (const batch of batches) release(batch)
  })

  it('what comes back is cut down to what is read', async () => {
    const store = await use(standIn())
    await withStore([store.url], (open) => write(open, rowsOf(1)))
    const { searchParams } = new URL(store.asked('/_bulk')[0]!.path, 'http://x')
    expect(searchParams.get('filter_path')).toBe(
      'took,errors,items.*._id,items.*.status,items.*.error,items.*.failure_store',
    )
    expect(searchParams.has('require_alias')).toBe(false)
  })

  it('more writes than bodies wait for one another', async () => {
    const store = await use(standIn())
    await withStore(
      [store.url],
      (open) => Promise.all(Array.from({ length: 12 }, (_, i) => write(open, rowsOf(50), { from: i * 10_000 }))),
      { bodies: 2 },
    )
    expect(new Set(store.stored).size).toBe(600)
  })
})
