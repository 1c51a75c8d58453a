import type { ServerResponse } from 'node:http'
import { type Bulk, failed, type Item, itemsBody, itemsReply, reply, type StandIn, standIn } from './stand-in.ts'

/** Applies the first `times` bulk requests, begins a new backing index, and cuts the connection instead of answering. */
export const storeThatResetsAfterApply = (times: number): Promise<StandIn> => {
  let left = times
  const store = standIn({
    fault: (_, answer, bulk) => {
      if (bulk === undefined || left-- <= 0) return false
      bulk.apply()
      void store.then((standing) => {
        standing.rolledOver = true
      })
      answer.socket?.resetAndDestroy()
      return true
    },
  })
  return store
}

/**
 * Its failure store takes the documents that `isUnfit` names, each time under a new id; the first `times` requests are
 * applied, and the connection is cut instead of answering.
 */
export const storeThatRedirectsAndResets = async (
  times: number,
  isUnfit: (id: string) => boolean,
): Promise<{ readonly store: StandIn; readonly redirected: readonly string[] }> => {
  let left = times
  const redirected: string[] = []
  const redirect = (id: string): Item => ({
    create: { _id: `failure-${redirected.push(id)}`, status: 201, failure_store: 'used' },
  })
  const store = await standIn({
    fault: (_, answer, bulk) => {
      if (bulk === undefined) return false
      const made = bulk.apply(bulk.ids.filter((id) => !isUnfit(id)))
      const items = made.map((item, i) => (isUnfit(bulk.ids[i]!) ? redirect(bulk.ids[i]!) : item))
      if (left-- <= 0) return itemsReply(answer, bulk, items)
      answer.socket?.resetAndDestroy()
      return true
    },
  })
  return { store, redirected }
}

/** Applies the first half of the first bulk request, then answers what a gateway says when it loses patience. */
export const storeThatAnswers503AfterHalf = (): Promise<StandIn> => {
  let done = false
  const store = standIn({
    fault: (_, answer, bulk) => {
      if (bulk === undefined || done) return false
      done = true
      bulk.apply(bulk.ids.slice(0, bulk.ids.length >> 1))
      void store.then((standing) => {
        standing.rolledOver = true
      })
      answer.writeHead(503, { 'content-type': 'text/html' }).end('<html>gateway timeout</html>')
      return true
    },
  })
  return store
}

/** Refuses whole requests `whole` times, then takes every other document of each request. */
export const storeThatAnswers429 = (whole: number): Promise<StandIn> => {
  let left = whole
  return standIn({
    fault: (_, answer, bulk) => {
      if (bulk === undefined) return false
      if (left-- > 0)
        return reply(answer, 429, { error: { type: 'es_rejected_execution_exception', reason: 'queue is full' } })
      return itemsReply(answer, bulk, bulk.apply(bulk.ids.filter((_, i) => i % 2 === 0)))
    },
  })
}

const json = { 'content-type': 'application/json' }
const html = { 'content-type': 'text/html' }

/** What stands between may say instead of the engine's answer `items`, after the engine has taken everything. */
export const nonsense = {
  'not json': (answer, bulk, items) =>
    answer.writeHead(200, json).end(JSON.stringify(itemsBody(bulk, items)).slice(0, -3)),
  'half a response': (answer, bulk, items) => {
    const text = JSON.stringify(itemsBody(bulk, items))
    answer.writeHead(200, { ...json, 'content-length': text.length })
    answer.write(text.slice(0, text.length >> 1), () => answer.destroy())
  },
  'half a response, ended in good order': (answer, bulk, items) => {
    const text = JSON.stringify(itemsBody(bulk, items))
    answer.writeHead(200, json).end(text.slice(0, text.length >> 1))
  },
  'two responses in one': (answer, bulk, items) =>
    answer.writeHead(200, json).end(JSON.stringify(itemsBody(bulk, items)).repeat(2)),
  'too few items': (answer, bulk, items) => reply(answer, 200, itemsBody(bulk, items.slice(1))),
  'an item too many': (answer, bulk, items) => reply(answer, 200, itemsBody(bulk, [...items, items[0]!])),
  'items in the wrong order': (answer, bulk, items) => reply(answer, 200, itemsBody(bulk, items.toReversed())),
  'items of another request': (answer, bulk, items) =>
    reply(
      answer,
      200,
      itemsBody(
        bulk,
        items.map((_, i) => ({ create: { _id: `other-${i}`, status: 201 } })),
      ),
    ),
  'refusals of another request': (answer, bulk, items) =>
    reply(
      answer,
      200,
      itemsBody(
        bulk,
        items.map(({ create }, i) => (i === 0 ? { create } : { create: { ...foreign.create, _id: `other-${i}` } })),
      ),
    ),
  'no items': (answer) => reply(answer, 200, { acknowledged: true }),
  'items that are none': (answer, bulk) => reply(answer, 200, { errors: false, items: bulk.ids.map(() => null) }),
  null: (answer) => reply(answer, 200, null),
  'a login page': (answer) => answer.writeHead(200, html).end('<form>sign in</form>'),
  'a page that says it is JSON': (answer) => answer.writeHead(200, json).end('<form>sign in</form>'),
  'a way elsewhere': (answer) => answer.writeHead(302, { location: '/login' }).end(),
  nothing: (answer) => answer.writeHead(204).end(),
} as const satisfies Record<string, (answer: ServerResponse, bulk: Bulk, items: readonly Item[]) => unknown>
const foreign = failed(400, 'mapper_parsing_exception', 'failed to parse field [app.id] of type [long]')
export type Nonsense = keyof typeof nonsense

/** Applies the first bulk request, begins a new backing index, and answers with something no engine says. */
export const storeThatAnswersNonsense = (kind: Nonsense): Promise<StandIn> => {
  let done = false
  const store = standIn({
    fault: (_, answer, bulk) => {
      if (bulk === undefined || done) return false
      done = true
      const items = bulk.apply()
      void store.then((standing) => {
        standing.rolledOver = true
      })
      nonsense[kind](answer, bulk, items)
      return true
    },
  })
  return store
}

/** Resets the connection after applying the first bulk request, then answers nonsense when it is asked what it holds. */
export const storeThatLiesAboutWhatItHolds = (): Promise<StandIn> => {
  let cut = false
  const lies: readonly ((answer: ServerResponse) => unknown)[] = [
    (answer) => reply(answer, 404, { message: 'no Route matched with those values' }),
    (answer) => reply(answer, 200, {}),
    (answer) => reply(answer, 200, { timed_out: true, _shards: { failed: 0 }, hits: { hits: [] } }),
    (answer) => reply(answer, 200, { timed_out: false, _shards: { failed: 1 }, hits: { hits: [] } }),
    (answer) => answer.writeHead(200, html).end('<form>sign in</form>'),
  ]
  const told = { refresh: 0, search: 0 }
  const store = standIn({
    fault: ({ path }, answer, bulk) => {
      const asked = /_(refresh|search)(\?|$)/.exec(path)?.[1] as keyof typeof told | undefined
      const lie = asked === undefined ? undefined : lies[told[asked]++]
      if (lie !== undefined) {
        lie(answer)
        return true
      }
      if (bulk === undefined || cut) return false
      cut = true
      bulk.apply()
      void store.then((standing) => {
        standing.rolledOver = true
      })
      answer.socket?.resetAndDestroy()
      return true
    },
  })
  return store
}

/** 413 for bodies over `most` bytes; with `abruptly` the connection is cut instead, as some proxies do. */
export const storeThatRefusesLargeBodies = (most: number, abruptly = false): Promise<StandIn> =>
  standIn({
    fault: (_, answer, bulk) => {
      if (bulk === undefined || bulk.bytes <= most) return false
      if (abruptly) answer.socket?.resetAndDestroy()
      else answer.writeHead(413, { 'content-type': 'text/html' }).end('<h1>413 Request Entity Too Large</h1>')
      return true
    },
  })

/** Says for each document what `verdict` says; undefined stores it. */
export const storeThatJudges = (verdict: (id: string, tries: number) => Item | undefined): Promise<StandIn> => {
  const tries = new Map<string, number>()
  return standIn({
    fault: (_, answer, bulk) => {
      if (bulk === undefined) return false
      const judged = bulk.ids.map((id) => {
        tries.set(id, (tries.get(id) ?? 0) + 1)
        return verdict(id, tries.get(id)!)
      })
      const taken = bulk.apply(bulk.ids.filter((_, i) => judged[i] === undefined))
      return itemsReply(
        answer,
        bulk,
        judged.map((item, i) => item ?? taken[i]!),
      )
    },
  })
}

/** Answers `status` to everything `times` times, from the first bulk request on where it `lets` others in before. */
export const storeThatRefusesEverybody = (status: number, times: number, lets = false): Promise<StandIn> => {
  let left = times
  let begun = !lets
  return standIn({
    fault: (_, answer, bulk) => {
      begun ||= bulk !== undefined
      return begun && left-- > 0
        ? reply(answer, status, { error: { type: 'security_exception', reason: 'missing privileges' } })
        : false
    },
  })
}

/** What a gateway says that does not know the way any more, to everything from the first bulk request on. */
export const storeBehindALostRoute = (status: number, times: number): Promise<StandIn> => {
  let left = times
  let begun = false
  return standIn({
    fault: (_, answer, bulk) => {
      begun ||= bulk !== undefined
      return begun && left-- > 0 ? reply(answer, status, { message: 'no Route matched with those values' }) : false
    },
  })
}

/** 400 for the whole request when a document of it is poison, as engines do for what their reader cannot digest. */
export const storeThatChokesOn = (poison: string): Promise<StandIn> =>
  standIn({
    fault: (_, answer, bulk: Bulk | undefined) =>
      bulk?.ids.includes(poison) === true
        ? reply(answer, 400, { error: { type: 'x_content_parse_exception', reason: '[1:5] too deep' } })
        : false,
  })
