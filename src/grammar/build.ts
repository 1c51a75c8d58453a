import { type Diagnostic, diagnose } from '../event/diagnostic.ts'
import { type Field, fieldOf, type Schema } from '../event/field.ts'
import { nameProblems } from './capture.ts'
import { withStops } from './follow.ts'
import type { DeriveOp, Form, FormAlternative, FormField, Op } from './form.ts'
import type { Define } from './grammar.ts'

type Say = (text: string, mend: string) => void

/** Fields the operations capture; `say` is told of what no order of reading makes sense of. */
const captured = (ops: readonly Op[], seen: ReadonlySet<string>, say: Say): ReadonlySet<string> => {
  const names = new Set(seen)
  for (const op of ops) {
    if (op.op === 'take') {
      if (op.field === undefined) continue
      const known = names.has(op.field)
      if (op.again !== undefined && !known)
        say(`'${op.field}' is captured again, but not before`, 'Leave again() off, or capture it earlier in the record')
      if (op.again === undefined && known)
        say(
          `'${op.field}' is captured twice`,
          'Capture it once, or wrap the later capture in again() if that one counts',
        )
      if (op.again !== undefined && op.value.as === 'list')
        say(`'${op.field}' is a list and captured again`, 'Capture a list once')
      names.add(op.field)
    } else if (op.op === 'optional' || op.op === 'csv') for (const name of captured(op.ops, names, say)) names.add(name)
    else if (op.op === 'either')
      for (const name of op.branches.flatMap((branch) => [...captured(branch, names, say)])) names.add(name)
    else if (op.op === 'any_order') {
      if (op.parts.length > 30) say('A part in any order is one of more than 30', 'Split them')
      for (const part of op.parts) for (const name of captured(part.ops, names, say)) names.add(name)
    } else if (op.op === 'whole') for (const name of captured([op.take, ...op.ops], names, say)) names.add(name)
    else if (op.op === 'pairs')
      for (const name of captured(
        op.members.map(({ take }) => take),
        names,
        say,
      ))
        names.add(name)
    else if (op.op === 'header_lines')
      for (const name of captured(
        op.members.map(({ take }) => take),
        names,
        say,
      ))
        names.add(name)
    else if (op.op === 'trace') {
      if (op.field !== undefined) names.add(op.field)
    } else if (op.op === 'uncoloured') for (const name of captured(op.ops, names, say)) names.add(name)
    else if (op.op === 'extract')
      for (const name of captured(
        op.captures.map(({ take }) => take),
        names,
        say,
      ))
        names.add(name)
    else if (op.op === 'regex')
      for (const name of captured(
        op.groups.map(({ take }) => take),
        names,
        say,
      ))
        names.add(name)
    else if (op.op === 'json' || op.op === 'key_values' || op.op === 'delimited') {
      if (op.op === 'key_values' && op.text !== undefined) names.add(op.text)
      for (const { field } of op.members) names.add(field)
      for (const { ops: inner } of op.lines) for (const name of captured(inner, names, say)) names.add(name)
    }
  }
  return names
}

const holds = (ops: readonly Op[], asked: (op: Op) => boolean): boolean =>
  ops.some(
    (op) =>
      asked(op) ||
      ((op.op === 'optional' || op.op === 'whole' || op.op === 'csv' || op.op === 'uncoloured') &&
        holds(op.ops, asked)) ||
      (op.op === 'either' && op.branches.some((branch) => holds(branch, asked))) ||
      (op.op === 'any_order' && op.parts.some((part) => holds(part.ops, asked))),
  )

/** A JSON object is read to the end of the record, whatever its lines are. */
const isJson = ([op]: readonly Op[]): boolean => op?.op === 'json' && op.inLine !== true

/** Fields of several parts as one list; a field has one type. */
const merged = (lists: readonly (readonly FormField[])[], say: Say): readonly FormField[] => {
  const fields = new Map<string, FormField>()
  for (const field of lists.flat()) {
    const known = fields.get(field.name)
    if (known === undefined) fields.set(field.name, field)
    else if (known.type !== field.type || known.list !== field.list) {
      const say2 = (one: FormField): string => `${one.list ? 'a list of ' : 'a '}${one.type}`
      say(`'${field.name}' is ${say2(known)} in one place and ${say2(field)} in another`, 'Read it alike everywhere')
    }
  }
  return [...fields.values()]
}

const deriveOps = (derive: Readonly<Record<string, object>>): readonly DeriveOp[] =>
  Object.entries(derive).map(([to, rule]) => ({ to, ...rule }) as DeriveOp)

/** Undefined: it is text of some kind. */
const typeOf = (op: DeriveOp, from: FormField | undefined): FormField['type'] | undefined => {
  switch (op.from) {
    case 'division':
      return 'long'
    case 'last':
      return op.part === undefined ? from?.type : op.part === 'ip' ? 'ip' : 'long'
    case 'copy':
    case 'sum':
      return from?.type
    default:
      return undefined
  }
}

/** Checks what is derived, and says which fields that makes. */
const derivedFields = (
  spec: Define,
  ops: readonly DeriveOp[],
  fields: readonly FormField[],
  say: Say,
): readonly FormField[] =>
  ops.flatMap((op) => {
    const from = op.from === 'constant' ? undefined : fields.find(({ name }) => name === op.field)
    if (op.from !== 'constant' && from === undefined)
      say(
        `'${op.to}' is derived from '${op.field}', which the layout does not capture`,
        'Capture it, or derive from another field',
      )
    const ofList = op.from === 'last' || op.from === 'sum'
    if (from?.list === true && !ofList)
      say(`'${op.to}' is derived from '${from.name}', which is a list`, 'Derive from a field with one value')
    if (from?.list === false && ofList) say(`'${from.name}' is no list`, 'Take copy() for one value')
    const isText = from?.type === 'keyword' || from?.type === 'text'
    if ((op.from === 'words' || op.from === 'extension') && from !== undefined && !isText)
      say(`'${from.name}' is a ${from.type}, not text`, 'Take rangesOf() for numbers')
    const isNumber = from?.type === 'long' || from?.type === 'double'
    if ((op.from === 'ranges' || op.from === 'sum') && from !== undefined && !isNumber)
      say(`'${from.name}' is a ${from.type}, not a number`, 'Take wordsOf() for text')
    if (op.from === 'last' && op.part !== undefined && from !== undefined && !isText)
      say(`'${from.name}' is a ${from.type}, not text`, `Take lastOf('${from.name}')`)
    if (op.from === 'division' && from !== undefined && from.type !== 'long')
      say(`'${from.name}' is a ${from.type}, not a whole number`, 'Divide a long')
    if (op.from === 'comparison') {
      const other = fields.find(({ name }) => name === op.with)
      const isNumber = (field: FormField | undefined): boolean =>
        field === undefined || ((field.type === 'long' || field.type === 'double') && !field.list)
      if (other === undefined)
        say(
          `'${op.to}' is compared with '${op.with}', which the layout does not capture`,
          'Capture it, or compare with another field',
        )
      if (!isNumber(from) || !isNumber(other))
        say(`'${op.field}' and '${op.with}' are not both numbers`, 'Compare fields of type long or double')
    }
    const known = fieldOf(op.to)
    const type = typeOf(op, from) ?? (known?.type === 'text' ? 'text' : 'keyword')
    for (const { text, mend } of nameProblems(spec.site, op.to, type, false)) say(text, mend)
    return fields.some(({ name }) => name === op.to) ? [] : [{ name: op.to, type, list: false }]
  })

export interface Built {
  readonly form: Form
  readonly schema: Schema
  readonly problems: readonly Diagnostic[]
}

const alternativeOf = (
  spec: Define,
  one: Define['parts'][number],
  say: Say,
): { readonly alternative: FormAlternative; readonly fields: readonly FormField[] } => {
  const ops = withStops(one.part.ops, (between, and) =>
    say(
      `Nothing tells where ${between} ends: ${and} follows at once`,
      'Put a literal between them, or capture with int, ip, oneOfWords or quoted and a literal behind',
    ),
  )
  captured(ops, new Set(), say)
  const derive = deriveOps(one.derive)
  const own = merged([one.part.fields], say)
  for (const { name, list } of own) {
    const known = fieldOf(name)
    if (known === undefined || (known.list === true) === list) continue
    if (list) say(`'${name}' is one ${known.type}, but is captured as a list`, 'Take the capture without list()')
    else
      say(
        `'${name}' is a list of ${known.type}, but is captured as one value`,
        'Wrap the capture in list(separator, …)',
      )
  }
  return { alternative: { name: one.name, ops, derive }, fields: [...own, ...derivedFields(spec, derive, own, say)] }
}

/** The form of a definition, and every mistake in it. */
export const build = (spec: Define): Built => {
  const problems: Diagnostic[] = []
  const say: Say = (text, mend) => {
    const problem = diagnose(spec.site, `${spec.name}: ${text}`, mend)
    if (!problems.some((known) => known.text === problem.text)) problems.push(problem)
  }
  if (!/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/.test(spec.name))
    say(
      `'${spec.name}' is no name of a grammar`,
      'Write product.log: lower-case words, digits and underscores, parted by dots',
    )
  if (spec.samples.length === 0)
    say('The grammar has no samples', 'Give records as the program writes them: samples: [...]')
  if (spec.undecidedFraming === true) say('Its grammars frame lines differently', 'Give framing here')
  const framing = spec.framing as { readonly problems?: readonly Diagnostic[] } | undefined
  problems.push(...(framing?.problems ?? []))

  for (const { part } of spec.parts) {
    for (const { site, text, mend } of part.problems) problems.push(diagnose(site, `${spec.name}: ${text}`, mend))
  }
  const built = spec.parts.map((one) => alternativeOf(spec, one, say))
  const of = spec.of ?? []
  for (const one of of)
    problems.push(...one.problems.filter(({ text }) => !text.endsWith('The grammar has no samples')))
  const fields = merged([...built.map((one) => one.fields), ...of.map((one) => one.form.fields)], say)
  const alternatives = [...built.map((one) => one.alternative), ...of.flatMap((one) => one.form.alternatives)]
  const many = (op: Op): boolean =>
    op.op === 'newline' ||
    op.op === 'header_lines' ||
    op.op === 'trace' ||
    (op.op === 'delimited' && op.quote !== '') ||
    op.op === 'csv' ||
    (op.op === 'take' && ['rest', 'quoted', 'through', 'csv'].includes(op.extent))
  const form: Form = {
    version: 1,
    fields,
    multiline:
      (spec.framing?.joins === true && !alternatives.every(({ ops }) => isJson(ops))) ||
      alternatives.some(({ ops }) => holds(ops, many)),
    alternatives,
  }
  const asField = ({ name, type, list }: FormField): Field => ({
    type,
    about: fieldOf(name)?.about ?? '',
    ...(list ? { list: true } : {}),
  })
  return { form, schema: new Map(fields.map((field) => [field.name, asField(field)])), problems }
}
