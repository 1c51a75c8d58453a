import { createHash } from 'node:crypto'
import type { Schema } from '../../event/field.ts'
import { isObject } from '../../event/is-object.ts'
import { type Ask, either } from './ask.ts'
import type { Engine } from './engine.ts'
import { mappingsOf, templateName, templateOf } from './template.ts'
import { errorOf, wordsOf } from './words.ts'

/** The data streams (or aliases over numbered indices) that documents are written to. */
export interface Targets {
  /** Installs index templates that are missing or differ, and maps new fields in what there is already. */
  install(datasets: ReadonlyMap<string, Schema>, signal: AbortSignal): Promise<void>
  /**
   * Makes sure that documents of `dataset` can be created in `name`; remembered until `forget`. Waits for a store that
   * refuses.
   */
  ensure(name: string, dataset: string, signal: AbortSignal): Promise<void>
  forget(name: string): void
  /** A new backing index behind `name`. */
  rollOver(name: string, signal: AbortSignal): Promise<void>
}

const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)

/** Makes sure that the template is there before what would be made without it. */
type Templating = () => Promise<void>

const createStream = async (ask: Ask, name: string, template: Templating, signal: AbortSignal): Promise<void> => {
  const path = `/_data_stream/${encodeURIComponent(name)}`
  const there = await ask({ method: 'GET', path }, signal, { accept: either(404, 403) })
  if (there.status !== 404) return
  await template()
  // 400: somebody else was faster.
  await ask({ method: 'PUT', path }, signal, { accept: either(400) })
}

const createAlias = async (ask: Ask, name: string, template: Templating, signal: AbortSignal): Promise<void> => {
  const alias = { method: 'GET', path: `/_alias/${encodeURIComponent(name)}` } as const
  const asked = { accept: either(404) }
  if ((await ask(alias, signal, asked)).status === 200) return
  await template()
  const first = `${name}-000001`
  const created = await ask(
    { method: 'PUT', path: `/${encodeURIComponent(first)}`, json: { aliases: { [name]: { is_write_index: true } } } },
    signal,
    { accept: either(400) },
  )
  // Somebody else was faster, or the alias alone was taken away.
  if (created.status === 400 && (await ask(alias, signal, asked)).status === 404) {
    const actions = [{ add: { index: first, alias: name, is_write_index: true } }]
    await ask({ method: 'POST', path: '/_aliases', json: { actions } }, signal)
  }
}

export const createTargets = (ask: Ask, engine: Engine, report: (text: string) => void): Targets => {
  const insist: Ask = (request, signal, options) => ask(request, signal, { ...options, patient: true })
  const ensured = new Map<string, Promise<void>>()
  const installed = new Map<string, Schema>()

  const digests = async (ask: Ask, signal: AbortSignal): Promise<ReadonlyMap<string, unknown>> => {
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
    report(
      `what there is of ${dataset} holds a field as another type than it has now (${wordsOf(errorOf(mapped.body))}): a new index begins behind its name, and questions over both find only a part; 'tailrace check --live' says which field`,
    )
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

  const templateFor = (dataset: string, schema: Schema) => {
    const template = templateOf(dataset, schema, engine)
    const digest = digestOf(template)
    const name = templateName(dataset)
    const json = { ...template, _meta: { managed_by: 'tailrace', digest } }
    const put = async (ask: Ask, signal: AbortSignal): Promise<void> => {
      await ask({ method: 'PUT', path: `/_index_template/${encodeURIComponent(name)}`, json }, signal)
    }
    return { name, digest, put }
  }

  return {
    async install(datasets, signal) {
      const known = await digests(ask, signal)
      for (const [dataset, schema] of datasets) {
        installed.set(dataset, schema)
        const { name, digest, put } = templateFor(dataset, schema)
        if (known.get(name) !== digest) await remap(dataset, schema, () => put(ask, signal), signal)
      }
    },
    ensure(name, dataset, signal) {
      let making = ensured.get(name)
      if (making === undefined) {
        const schema = installed.get(dataset)
        const template = async (): Promise<void> => {
          if (schema === undefined) return
          const { name, digest, put } = templateFor(dataset, schema)
          if ((await digests(insist, signal)).get(name) !== digest) await put(insist, signal)
        }
        making = (engine.dataStreams ? createStream : createAlias)(insist, name, template, signal)
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
