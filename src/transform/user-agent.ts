import type { Batch } from '../event/batch.ts'
import { declare, type FieldsOf } from './declare.ts'
import { booleanDictionary, textDictionary } from './dictionary.ts'
import { dictionaryFrom, distinctOf } from './distinct.ts'
import { createMemo } from './memo.ts'
import type { Transform } from './transform.ts'
import type { Agent } from './user-agent/match.ts'

const adds = [
  'user_agent.name',
  'user_agent.version',
  'user_agent.os.name',
  'user_agent.os.version',
  'user_agent.device.name',
  'user_agent.bot',
] as const

interface Known extends Agent {
  readonly bot: boolean
}

/** Bytes of a header that are looked at; the matcher's own bound. */
const most = 1024

/**
 * Reads `user_agent.original`: family and version of the agent, of its operating system and the device by uap-core's
 * patterns, in uap-core's own words (`Other` = no pattern fits; left out for systems), and whether it is a robot: by
 * isbot's list, or because uap-core calls the device a `Spider`.
 */
export const userAgent = (): Transform<FieldsOf<'user_agent.original'>, FieldsOf<(typeof adds)[number]>> => {
  let look: ((text: string) => Known) | undefined
  const known = createMemo(4096, (memory, start, end): Known => {
    if (look === undefined) throw new Error('userAgent is used before it was opened')
    return look(Buffer.from(memory.buffer, memory.byteOffset + start, Math.min(end - start, most)).toString('utf8'))
  })
  return Object.freeze({
    name: 'userAgent',
    needs: ['user_agent.original'],
    adds: declare(...adds),
    async open() {
      const [{ createMatcher }, { isbot }] = await Promise.all([import('./user-agent/match.ts'), import('isbot')])
      const match = createMatcher()
      look = (text) => {
        const agent = match(text)
        return Object.freeze({ ...agent, bot: agent.device === 'Spider' || isbot(text) })
      }
    },
    async close() {
      look = undefined
      known.clear()
    },
    apply(batch: Batch) {
      const column = batch.columns.get('user_agent.original')
      const distinct = column === undefined ? undefined : distinctOf(batch, column)
      if (distinct === undefined || distinct.count === 0) return
      const found: Known[] = []
      for (let code = 0; code < distinct.count; code++)
        found.push(known.of(distinct.memory, distinct.start[code]!, distinct.end[code]!))
      const { codes } = distinct
      if (column!.kind === 'text') batch.columns.set('user_agent.original', dictionaryFrom(batch, distinct))
      const text = (name: string, of: (known: Known) => string | undefined): void => {
        batch.columns.set(name, textDictionary(batch, codes, found.map(of)))
      }
      text('user_agent.name', (known) => known.name)
      text('user_agent.version', (known) => known.version)
      text('user_agent.os.name', (known) => (known.osName === 'Other' ? undefined : known.osName))
      text('user_agent.os.version', (known) => known.osVersion)
      text('user_agent.device.name', (known) => known.device)
      batch.columns.set(
        'user_agent.bot',
        booleanDictionary(
          batch,
          codes,
          found.map((known) => known.bot),
        ),
      )
    },
  })
}
