import { isObject } from '../../event/is-object.ts'
import type { SharedDocument, SharedDocuments } from '../shared.ts'
import { type Ask, type AskOptions, either } from './ask.ts'

/** Where the instances keep what they share. */
const index = 'tailrace-state'

const versionOf = (body: unknown): string | undefined =>
  isObject(body) && typeof body['_seq_no'] === 'number' ? `${body['_seq_no']} ${body['_primary_term']}` : undefined

/** The text is kept, not the object: nothing of it is mapped, and numbers stay what they are. */
const documentOf = (hit: unknown): SharedDocument | undefined => {
  const version = versionOf(hit)
  if (!isObject(hit) || hit['found'] !== true || version === undefined || !isObject(hit['_source'])) return undefined
  return { body: JSON.parse(String(hit['_source']['text'])) as SharedDocument['body'], version }
}

/** Tried once: who holds a lease must know soon that it cannot be renewed. */
const once: AskOptions = { tries: 1 }

/** An index of few documents, read in real time and written with `if_seq_no`. It is made at the first write. */
export const createShared = (ask: Ask): SharedDocuments => {
  let made: Promise<void> | undefined
  const make = async (signal: AbortSignal): Promise<void> => {
    const json = {
      settings: { index: { number_of_shards: 1, auto_expand_replicas: '0-1', hidden: true } },
      mappings: { dynamic: false },
    }
    // 400: it is there already. 403: somebody else makes it.
    await ask({ method: 'PUT', path: `/${index}`, json }, signal, { ...once, accept: either(400, 403) })
  }
  const ensure = (signal: AbortSignal): Promise<void> =>
    (made ??= make(signal).catch((error: unknown) => {
      made = undefined
      throw error
    }))
  return {
    async get(ids, signal) {
      if (ids.length === 0) return []
      const request = { method: 'POST', path: `/${index}/_mget`, json: { ids } } as const
      const { body, status } = await ask(request, signal, { ...once, accept: either(404) })
      const docs = status !== 404 && isObject(body) && Array.isArray(body['docs']) ? body['docs'] : []
      return ids.map((_, i) => documentOf(docs[i]))
    },
    async put(id, body, version, signal) {
      await ensure(signal)
      const [seq, term] = (version ?? '').split(' ')
      const query = version === undefined ? { op_type: 'create' } : { if_seq_no: seq!, if_primary_term: term! }
      const path = `/${index}/_doc/${encodeURIComponent(id)}`
      const request = { method: 'PUT', path, query, json: { text: JSON.stringify(body) } } as const
      const reply = await ask(request, signal, { ...once, accept: either(409) })
      return reply.status === 409 ? undefined : versionOf(reply.body)
    },
    async remove(ids, signal) {
      for (const id of ids)
        await ask({ method: 'DELETE', path: `/${index}/_doc/${encodeURIComponent(id)}` }, signal, {
          ...once,
          accept: either(404),
        })
    },
  }
}
