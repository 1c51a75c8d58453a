import type { Batch } from '../../event/batch.ts'
import { absent, type Column } from '../../event/column.ts'
import type { Envelope } from '../../event/envelope.ts'
import { unwrapBeats } from './beats-line.ts'
import { addCreated, schemaOf } from './describe.ts'

const schema = schemaOf(
  'agent.ephemeral_id',
  'agent.id',
  'agent.name',
  'agent.type',
  'agent.version',
  'beats.other',
  'event.created',
  'fields',
  'host.hostname',
  'host.name',
  'log.file.path',
  'tags',
)

type Members = Readonly<Record<string, unknown>>
const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const membersOf = (value: unknown): Members => (isMembers(value) ? value : {})

/** What a Beat put around a line, by field; what has no field of its own is `other`. */
interface Around {
  readonly texts: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
  readonly fields: string | undefined
  readonly other: string | undefined
}

const jsonOf = (members: Members): string | undefined =>
  Object.keys(members).length === 0 ? undefined : JSON.stringify(members)

/** The line was read over when its envelope was taken off; whatever else is wrong with it must stop nobody. */
const eventOf = (text: string): Members => {
  try {
    return membersOf(JSON.parse(text))
  } catch {
    return {}
  }
}

const aroundOf = (text: string): Around => {
  const { message: _, '@timestamp': _time, '@metadata': _metadata, ...event } = eventOf(text)
  const { agent, host, log, tags, fields, ecs: _ecs, input: _input, ...rest } = event
  const { ephemeral_id, id, name, type, version } = membersOf(agent)
  const { name: hostName, hostname, ...ofHost } = membersOf(host)
  const { file, offset: _offset, ...ofLog } = membersOf(log)
  return {
    texts: {
      'agent.ephemeral_id': ephemeral_id,
      'agent.id': id,
      'agent.name': name,
      'agent.type': type,
      'agent.version': version,
      'host.hostname': hostname,
      'host.name': hostName ?? name,
      'log.file.path': membersOf(file)['path'],
    },
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    fields: isMembers(fields) ? jsonOf(fields) : undefined,
    other: jsonOf({
      ...rest,
      ...(Object.keys(ofHost).length === 0 ? {} : { host: ofHost }),
      ...(Object.keys(ofLog).length === 0 ? {} : { log: ofLog }),
    }),
  }
}

/** Texts, each written once, by code. */
const createWords = ({ scratch }: Batch) => {
  const codes = new Map<string, number>()
  return {
    code(text: string): number {
      const known = codes.get(text)
      if (known !== undefined) return known
      codes.set(text, codes.size)
      return codes.size - 1
    },
    get column(): Column & { readonly kind: 'text' } {
      const start = scratch.u32(codes.size)
      const end = scratch.u32(codes.size)
      for (const [text, i] of codes) ({ start: start[i], end: end[i] } = scratch.write(text))
      return { kind: 'text', start, end }
    },
  }
}

const addTexts = (batch: Batch, name: string, values: readonly unknown[]): void => {
  if (batch.columns.has(name) || !values.some((value) => typeof value === 'string' && value !== '')) return
  const words = createWords(batch)
  const codes = batch.scratch.u32(batch.count)
  for (const [row, value] of values.entries())
    codes[row] = typeof value === 'string' && value !== '' ? words.code(value) : absent
  batch.columns.set(name, { kind: 'dictionary', codes, values: words.column })
}

const addTags = (batch: Batch, tags: readonly (readonly string[])[]): void => {
  const total = tags.reduce((sum, { length }) => sum + length, 0)
  if (total === 0 || batch.columns.has('tags')) return
  const words = createWords(batch)
  const first = batch.scratch.u32(batch.count + 1)
  const codes = batch.scratch.u32(total)
  let at = 0
  for (const [row, own] of tags.entries()) {
    first[row] = at
    for (const tag of own) codes[at++] = words.code(tag)
  }
  first[batch.count] = at
  batch.columns.set('tags', { kind: 'list', first, values: { kind: 'dictionary', codes, values: words.column } })
}

const addJson = (batch: Batch, name: string, values: readonly (string | undefined)[]): void => {
  if (batch.columns.has(name) || values.every((value) => value === undefined)) return
  const start = batch.scratch.u32(batch.count).fill(absent)
  const end = batch.scratch.u32(batch.count).fill(absent)
  const written = new Map<string, { readonly start: number; readonly end: number }>()
  for (const [row, value] of values.entries()) {
    if (value === undefined) continue
    let slice = written.get(value)
    if (slice === undefined) written.set(value, (slice = batch.scratch.write(value)))
    start[row] = slice.start
    end[row] = slice.end
  }
  batch.columns.set(name, { kind: 'json', start, end })
}

/** The envelope of what Beats send: where a line came from, and what the Beat was told to add to it. */
export const beatsEnvelope = (): Envelope => ({
  name: 'beats',
  schema,
  unwrap: unwrapBeats,
  describe(batch) {
    const { wrapping, arena } = batch.block
    if (wrapping === undefined) return
    const { note } = wrapping
    const around = Array.from({ length: batch.count }, (_, row) =>
      aroundOf(arena.node.toString('utf8', note.start[row], note.end[row])),
    )
    for (const name of Object.keys(around[0]?.texts ?? {}))
      addTexts(
        batch,
        name,
        around.map(({ texts }) => texts[name]),
      )
    addTags(
      batch,
      around.map(({ tags }) => tags),
    )
    addJson(
      batch,
      'fields',
      around.map(({ fields }) => fields),
    )
    addJson(
      batch,
      'beats.other',
      around.map(({ other }) => other),
    )
    addCreated(batch)
  },
})
