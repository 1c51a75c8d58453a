import type { Field } from '../../event/field.ts'
import { isObject } from '../../event/is-object.ts'
import type { Laid } from '../store.ts'
import { type Ask, either } from './ask.ts'
import { targetName } from './template.ts'

/** Types of an engine that take the same values and answer the same questions; others are a family of their own. */
const families: Readonly<Record<string, string>> = {
  constant_keyword: 'keyword',
  wildcard: 'keyword',
  match_only_text: 'text',
  integer: 'long',
  short: 'long',
  byte: 'long',
  unsigned_long: 'long',
  float: 'double',
  half_float: 'double',
  scaled_float: 'double',
  date_nanos: 'date',
  flat_object: 'flattened',
}
const familyOf = (type: string): string => families[type] ?? type

/** Whether values of the field can be stored, and asked for as in every store, where an index maps it so. */
export const fitsMapping = (mapped: string, { type }: Field): boolean => familyOf(mapped) === type

/** Dotted names of what a mapping holds; what has members is an `object`, another name of a field `alias of NAME`. */
const flatten = (properties: Readonly<Record<string, unknown>>, prefix: string, into: Map<string, string>): void => {
  for (const [name, mapping] of Object.entries(properties)) {
    if (!isObject(mapping)) continue
    const { type, path, properties: inner } = mapping
    if (isObject(inner)) {
      into.set(`${prefix}${name}`, 'object')
      flatten(inner, `${prefix}${name}.`, into)
    } else if (typeof type === 'string')
      into.set(`${prefix}${name}`, type === 'alias' ? `alias of ${String(path)}` : type)
  }
}

const generationOf = (index: string): number => Number(/-(\d+)$/.exec(index)?.[1] ?? 0)

/** The indices behind each dataset's name, the one that is written to last; those of which there is none are left out. */
export const layoutOf = async (
  ask: Ask,
  datasets: readonly string[],
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Laid[]> => {
  const laid: Laid[] = []
  for (const dataset of datasets) {
    const path = `/${encodeURIComponent(targetName(dataset, namespace))}/_mapping`
    const query = { filter_path: '*.mappings.properties' }
    const { status, body } = await ask({ method: 'GET', path, query }, signal, { tries: 3, accept: either(404) })
    if (status === 404 || !isObject(body)) continue
    const indices = Object.keys(body).sort((a, b) => generationOf(a) - generationOf(b))
    for (const [i, index] of indices.entries()) {
      const found = body[index]
      const mappings = isObject(found) && isObject(found['mappings']) ? found['mappings']['properties'] : undefined
      const fields = new Map<string, string>()
      if (isObject(mappings)) flatten(mappings, '', fields)
      laid.push({ dataset, place: index, isWritten: i === indices.length - 1, fields: Object.fromEntries(fields) })
    }
  }
  return laid
}

const covers = (pattern: string, name: string): boolean =>
  new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`).test(name)

/** Index templates of others that win over ours where an index of the dataset is made. */
export const overruling = async (
  ask: Ask,
  datasets: readonly string[],
  namespace: string,
  priority: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> => {
  const query = {
    filter_path:
      'index_templates.name,index_templates.index_template.index_patterns,index_templates.index_template.priority',
  }
  const { body } = await ask({ method: 'GET', path: '/_index_template', query }, signal, {
    tries: 3,
    accept: either(403, 404),
  })
  const list =
    isObject(body) && Array.isArray(body['index_templates']) ? (body['index_templates'] as readonly unknown[]) : []
  const found = new Map<string, string>()
  for (const one of list) {
    if (!isObject(one) || !isObject(one['index_template'])) continue
    const { index_patterns: patterns, priority: theirs } = one['index_template']
    if (Number(theirs ?? 0) <= priority || !Array.isArray(patterns)) continue
    for (const dataset of datasets)
      if (patterns.some((pattern) => covers(String(pattern), targetName(dataset, namespace))))
        found.set(dataset, String(one['name']))
  }
  return found
}
