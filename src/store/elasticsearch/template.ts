import type { Field, Schema } from '../../event/field.ts'
import type { Engine } from './engine.ts'

/** Name of the data stream or alias of a dataset: `logs-nginx.access-default`. */
export const targetName = (dataset: string, namespace: string): string => `logs-${dataset}-${namespace}`

type Mapping = Readonly<Record<string, unknown>>

/** Beyond this a keyword is stored but matches nothing, `exists` included: alike in every store. */
const ignoreAbove = 1024

const mappingOf = ({ type, alias }: Field, engine: Engine): Mapping => {
  if (alias !== undefined) return { type: 'alias', path: alias }
  switch (type) {
    case 'keyword':
      return { type, ignore_above: ignoreAbove }
    case 'text':
      return { type, analyzer: 'standard' }
    case 'flattened':
      return engine.kind === 'opensearch' ? { type: 'flat_object' } : { type, ignore_above: ignoreAbove }
    default:
      return { type }
  }
}

interface Tree {
  readonly [name: string]: Mapping | { readonly properties: Tree }
}

/** Dotted names as nested properties. */
const propertiesOf = (schema: Schema, engine: Engine): Tree => {
  const root: Record<string, { properties?: Record<string, unknown> }> = {}
  for (const [name, field] of schema) {
    const path = name.split('.')
    let level: Record<string, { properties?: Record<string, unknown> }> = root
    for (const part of path.slice(0, -1)) {
      const node = (level[part] ??= {})
      node.properties ??= {}
      level = node.properties as typeof level
    }
    const leaf = path.at(-1)!
    // An object keeps its members; a leaf of the same name could not be indexed beside them.
    if (level[leaf]?.properties === undefined) level[leaf] = mappingOf(field, engine)
  }
  return root as Tree
}

/** Undeclared members are stored but never mapped: they can neither conflict nor fill the mapping. */
export const mappingsOf = (schema: Schema, engine: Engine): Mapping => ({
  dynamic: false,
  properties: propertiesOf(schema, engine),
})

/** Of our index templates: above the `logs` template which Elasticsearch brings along (100). */
export const templatePriority = 250

/** Composable index template of one dataset. Its pattern covers backing indices of aliases too. */
export const templateOf = (dataset: string, schema: Schema, engine: Engine): Mapping => ({
  index_patterns: [`logs-${dataset}-*`],
  priority: templatePriority,
  ...(engine.dataStreams ? { data_stream: {} } : {}),
  template: {
    settings: {
      'index.number_of_shards': 1,
      'index.auto_expand_replicas': '0-1',
      'index.refresh_interval': '5s',
      // The log mode, which 9 takes by itself for such names, would round times to milliseconds.
      ...(engine.kind === 'elasticsearch' && engine.major >= 9 ? { 'index.mode': 'standard' } : {}),
    },
    mappings: mappingsOf(schema, engine),
  },
  _meta: { managed_by: 'tailrace' },
})

export const templateName = (dataset: string): string => `tailrace-${dataset}`
