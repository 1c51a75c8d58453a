import { type KqlLiteral, type KqlNode, readKql } from './kql-syntax.ts'
import { existsLeaf, type FieldRef, type Refusal, rangeLeaf, textLeaf, valueLeaf, wildcardLeaf } from './leaf.ts'
import { nearest } from './nearest.ts'
import { QueryError, type QueryProblem } from './query-error.ts'
import { and, anyOf, everything, type FieldOf, not, nothing, or, type Query, resolveField } from './tree.ts'

export interface Alias {
  readonly of: string
  readonly datasets: readonly string[]
}

export interface KqlOptions {
  readonly fieldOf: FieldOf
  /** Every field there is: wildcards in field names, free text and the nearest name of a mistyped one come from here. */
  readonly names: readonly string[]
  /** Other names of fields: asked for by one, events of these datasets are looked at under the field's own, too. */
  readonly aliases?: ReadonlyMap<string, Alias>
  /** Milliseconds since 1970. */
  readonly now: number
  /** Zone of dates written without one: IANA name or `UTC`. */
  readonly timezone: string
}

/** UTF-16 units of a query, and comparisons it may come to once field wildcards are expanded (Lucene's own limit). */
export const longestQuery = 16_384
const mostLeaves = 1024

/**
 * Compiles Kibana's query language. Text without a field is looked for in every `text` field and in `url.original`
 * (there as the whole value, wildcards allowed): what people type without a field is words of a message or a path.
 * On a text field unquoted words mean any of them, quoted ones a phrase, and a wildcard stands within one word.
 * A wildcard in a field name skips fields that cannot hold the value. Empty text is everything.
 * Throws `QueryError`: one mistake of syntax, or all fields and values that do not fit.
 */
export const parseKql = (text: string, options: KqlOptions): Query => {
  if (text.length > longestQuery)
    throw new QueryError(text, [
      {
        at: longestQuery,
        length: 1,
        text: `The query is longer than ${longestQuery} characters`,
        mend: 'Ask for less at once',
      },
    ])
  const problems: QueryProblem[] = []
  let leaves = 0

  const report = ({ at, length }: { at: number; length: number }, refusal: Refusal): Query => {
    problems.push({ at, length, ...refusal })
    return everything
  }

  /** The same of the field that the name is another one of, in the datasets where it is. */
  const ownName = ({ name }: FieldRef, make: (ref: FieldRef) => Query | Refusal): Query => {
    const alias = options.aliases?.get(name)
    const own = alias && resolveField(alias.of, options.fieldOf)
    const leaf = own && make(own)
    if (alias === undefined || leaf === undefined || !('kind' in leaf)) return nothing
    leaves++
    return and(anyOf('event.dataset', alias.datasets), leaf)
  }

  /** The leaves of those fields that take the value; a problem where none does. */
  const among = (refs: readonly FieldRef[], where: KqlLiteral, make: (ref: FieldRef) => Query | Refusal): Query => {
    const queries: Query[] = []
    let refused: Refusal | undefined
    for (const ref of refs) {
      const leaf = make(ref)
      if ('kind' in leaf) queries.push(or(leaf, ownName(ref, make)))
      else refused ??= leaf
    }
    leaves += queries.length
    if (queries.length === 0 && refused !== undefined) return report(where, refused)
    return or(...queries)
  }

  const fieldsOf = (field: KqlLiteral): readonly FieldRef[] | undefined => {
    if (field.parts.length === 1 || field.quoted) {
      const name = field.parts.join('*')
      const ref = resolveField(name, options.fieldOf)
      if (ref !== undefined) return [ref]
      const near = nearest(name, options.names)
      report(field, {
        text: `There is no field \`${name}\``,
        mend:
          near === undefined ? 'Name a field of the reference, or put the text in quotes' : `Did you mean \`${near}\``,
      })
      return undefined
    }
    const name = field.parts.join('*')
    const above = name.endsWith('.*') && field.parts.length === 2 ? options.fieldOf(name.slice(0, -2)) : undefined
    if (above?.type === 'flattened') return [{ name: name.slice(0, -2), field: above, path: '' }]
    const refs = options.names
      .filter((candidate) => fits(candidate, field.parts))
      .flatMap((candidate) => resolveField(candidate, options.fieldOf) ?? [])
    if (refs.length > 0) return refs
    report(field, { text: `No field fits \`${name}\``, mend: 'Widen the wildcard' })
    return undefined
  }

  const free = options.names
    .filter((name) => name === 'url.original' || options.fieldOf(name)?.type === 'text')
    .flatMap((name) => resolveField(name, options.fieldOf) ?? [])

  const clock = { now: options.now, timezone: options.timezone }
  const leafOf = (ref: FieldRef, literal: KqlLiteral): Query | Refusal => {
    if (literal.quoted) return valueLeaf(ref, literal.parts.join('*'), clock)
    if (literal.parts.length > 1) {
      if (literal.parts.every((part) => part === '')) return existsLeaf(ref)
      return ref.field.type === 'text' ? textWildcards(ref, literal.parts) : wildcardLeaf(ref, literal.parts)
    }
    const value = literal.parts[0]!
    return ref.field.type === 'text' ? textLeaf(ref, value, 'words') : valueLeaf(ref, value, clock)
  }

  const compile = (node: KqlNode): Query => {
    switch (node.kind) {
      case 'and':
        return and(...node.of.map(compile))
      case 'or':
        return or(...node.of.map(compile))
      case 'not':
        return not(compile(node.of))
      case 'nested':
        return report(node.field, {
          text: `\`${node.field.parts.join('*')}\` is not declared nested, no field is`,
          mend: 'Name the whole field before each value, without braces',
        })
      case 'range': {
        const refs = fieldsOf(node.field)
        const value = node.value.parts.join('*')
        if (refs === undefined) return everything
        if (node.value.parts.length > 1 && !node.value.quoted)
          return report(node.value, { text: 'A range takes no wildcard', mend: 'Write one whole value' })
        return among(refs, node.value, (ref) => rangeLeaf(ref, node.how, value, clock))
      }
      case 'value': {
        const { field, value } = node
        const isAny = (literal: KqlLiteral) =>
          !literal.quoted && literal.parts.length > 1 && literal.parts.join('') === ''
        if ((field === undefined || isAny(field)) && isAny(value)) return everything
        const refs = field === undefined ? free : fieldsOf(field)
        return refs === undefined ? everything : among(refs, value, (ref) => leafOf(ref, value))
      }
    }
  }

  const { node, problem } = readKql(text)
  if (problem !== undefined) throw new QueryError(text, [problem])
  const query = node === undefined ? everything : compile(node)
  if (leaves > mostLeaves)
    problems.push({
      at: 0,
      length: text.length,
      text: `The query comes to ${leaves} comparisons, ${mostLeaves} is the most`,
      mend: 'Name fields instead of wildcards, or ask for fewer values at once',
    })
  if (problems.length > 0) throw new QueryError(text, problems)
  return query
}

/** Words apart from each other; those with a wildcard fit one token. */
const textWildcards = (ref: FieldRef, parts: readonly string[]): Query | Refusal => {
  const words: string[][] = [['']]
  for (const [i, part] of parts.entries()) {
    if (i > 0) words.at(-1)!.push('')
    for (const [k, piece] of part.split(/\s+/).entries()) {
      if (k > 0) words.push([''])
      const word = words.at(-1)!
      word[word.length - 1] += piece
    }
  }
  const leaves = words.flatMap((word) => {
    if (word.length > 1) return wildcardLeaf(ref, word)
    return word[0] === '' ? [] : textLeaf(ref, word[0]!, 'words')
  })
  const refused = leaves.find((leaf) => !('kind' in leaf))
  return refused ?? or(...leaves.filter((leaf) => 'kind' in leaf))
}

/** Whether `text` is the parts in order with anything between them. */
const fits = (text: string, parts: readonly string[]): boolean => {
  const last = parts.at(-1)!
  if (!text.startsWith(parts[0]!) || !text.endsWith(last)) return false
  let at = parts[0]!.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at + last.length <= text.length
}
