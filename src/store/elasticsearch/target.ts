import { createHash } from 'node:crypto'
import type { Schema } from '../../event/field.ts'
import { type Ask, either } from './ask.ts'
import type { Engine } from './engine.ts'
import { mappingsOf, templateName, templateOf } from './template.ts'
import { isObject } from './words.ts'

/** The data streams (or aliases over numbered indices) that documents are written to. */
export interface Targets {
  /** Installs index templates that are missing or differ, and maps new fields in what there is already. */
  install(datasets: ReadonlyMap<string, Schema>, signal: AbortSignal): Promise<void>
  /** Makes sure that documents can be created in `name`; remembered until `forget`. */
  ensure(name: string, signal: AbortSignal): Promise<void>
  forget(name: string): void
  /** A new backing index behind `name`. */
  rollOver(name: string, signal: AbortSignal): Promise<void>
}

const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)

const createStream = async (ask: Ask, name: string, signal: AbortSignal): Promise<void> => {
  // 400: it is there already.
  const path = `/_data_stream/${encodeURIComponent(name)}`
  const there = await ask({ method: 'GET', path }, signal, { accept: either(404, 403) })
  if (there.status === 404) await ask({ method: 'PUT', path }, signal, { accept: either(400) })
}

const createAlias = async (ask: Ask, name: string, signal: AbortSignal): Promise<void> => {
  const alias = { method: 'GET', path: `/_alias/${encodeURIComponent(name)}` } as const
  if ((await ask(alias, signal, { accept: either(404) })).status === 200) return
  const first = `${name}-000001`
  const created = await ask(
    { method: 'PUT', path: `/${encodeURIComponent(first)}`, json: { aliases: { [name]: { is_write_index: true } } } },
    signal,
    { accept: either(400) },
  )
  // Somebody else was faster, or the alias alone was taken away.
  if (created.status === 400 && (await ask(alias, signal, { accept: either(404) })).status === 404) {
    const actions = [{ add: { index: first, alias: name, is_write_index: true } }]
    await ask({ method: 'POST', path: '/_aliases', json: { actions } }, signal)
  }
}

export const createTargets = (ask: Ask, engine: Engine): Targets => {
  const ensured = new Map<string, Promise<void>>()

  const digests = async (signal: AbortSignal): Promise<ReadonlyMap<string, unknown>> => {
    const { body } = await ask({ method: 'GET', path: '/_index_template/tailrace-*' }, signal, { accept: either(404) })
    const list = isObject(body) && Array.isArray(body['index_templates']) ? body['index_templates'] : []
    return new Map(
      list.map(({ name, index_template: template }) => [name as string, template?._meta?.digest as unknown]),
    )
  }

  const rollOver = async (name: string, signal: AbortSignal): Promise<void> => {
    await ask({ method: 'POST', path: `/${encodeURIComponent(name)}/_rollover` }, signal, { accept: either(404) })
  }

  /** Backing indices made before a field was declared learn of it; where a type changed, a new one begins. */
  const remap = async (dataset: string, schema: Schema, install: () => Promise<void>, signal: AbortSignal) => {
    const pattern = `/logs-${encodeURIComponent(dataset)}-*`
    const { properties } = mappingsOf(schema, engine)
    const mapped = await ask(
      { method: 'PUT', path: `${pattern}/_mapping`, query: { allow_no_indices: true }, json: { properties } },
      signal,
      { accept: either(400, 404) },
    )
    await install()
    if (mapped.status !== 400) return
    for (const name of await writableNames(dataset, signal)) await rollOver(name, signal)
  }

  const writableNames = async (dataset: string, signal: AbortSignal): Promise<readonly string[]> => {
    const pattern = `logs-${encodeURIComponent(dataset)}-*`
    if (engine.dataStreams) {
      const { body } = await ask({ method: 'GET', path: `/_data_stream/${pattern}` }, signal, { accept: either(404) })
      const streams = isObject(body) && Array.isArray(body['data_streams']) ? body['data_streams'] : []
      return streams.map(({ name }) => name as string)
    }
    const { body } = await ask({ method: 'GET', path: `/_alias/${pattern}` }, signal, { accept: either(404) })
    const aliases = Object.values(isObject(body) ? body : {}).flatMap((index) =>
      isObject(index) && isObject(index['aliases']) ? Object.keys(index['aliases']) : [],
    )
    return [...new Set(aliases)]
  }

  return {
    async install(datasets, signal) {
      const known = await digests(signal)
      for (const [dataset, schema] of datasets) {
        const template = templateOf(dataset, schema, engine)
        const digest = digestOf(template)
        const name = templateName(dataset)
        if (known.get(name) === digest) continue
        const install = async (): Promise<void> => {
          const json = { ...template, _meta: { managed_by: 'tailrace', digest } }
          await ask({ method: 'PUT', path: `/_index_template/${encodeURIComponent(name)}`, json }, signal)
        }
        await remap(dataset, schema, install, signal)
      }
    },
    ensure(name, signal) {
      let making = ensured.get(name)
      if (making === undefined) {
        making = (engine.dataStreams ? createStream : createAlias)(ask, name, signal)
        ensured.set(name, making)
        making.catch(() => ensured.delete(name))
      }
      return making
    },
    forget(name) {
      ensured.delete(name)
    },
    rollOver,
  }
}
