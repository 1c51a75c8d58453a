import { type Bulk, type Item, itemsReply, reply, type StandIn, standIn } from './stand-in.ts'

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
      return itemsReply(answer, bulk.apply(bulk.ids.filter((_, i) => i % 2 === 0)))
    },
  })
}

type Nonsense = 'not json' | 'too few items' | 'no items' | 'half a response' | 'a login page' | 'nothing'

/** Applies the first bulk request and answers it with something no engine says. */
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
      const text = JSON.stringify({ took: 1, errors: false, items })
      const json = { 'content-type': 'application/json' }
      if (kind === 'not json') answer.writeHead(200, json).end(text.slice(0, -3))
      else if (kind === 'too few items') itemsReply(answer, items.slice(1))
      else if (kind === 'no items') reply(answer, 200, { acknowledged: true })
      else if (kind === 'a login page')
        answer.writeHead(200, { 'content-type': 'text/html' }).end('<form>sign in</form>')
      else if (kind === 'nothing') answer.writeHead(204).end()
      else {
        answer.writeHead(200, { ...json, 'content-length': text.length })
        answer.write(text.slice(0, text.length >> 1), () => answer.destroy())
      }
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
        judged.map((item, i) => item ?? taken[i]!),
      )
    },
  })
}

/** Answers `status` to everything `times` times. */
export const storeThatRefusesEverybody = (status: number, times: number): Promise<StandIn> => {
  let left = times
  return standIn({
    fault: (_, answer) =>
      left-- > 0
        ? reply(answer, status, { error: { type: 'security_exception', reason: 'missing privileges' } })
        : false,
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
