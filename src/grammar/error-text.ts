import { isObject } from '../event/is-object.ts'

/** Names of the members by which a program writes an error as JSON. */
export interface ErrorMembers {
  readonly type: string
  readonly message: string
  /** Texts that were added to the message. */
  readonly notes: string
  readonly frames: string
  /** Of a frame. */
  readonly file: string
  readonly line: string
  readonly function: string
  readonly source: string
  readonly variables: string
  /** True: it is what the error before it in the list was raised from; else that came while it was handled. */
  readonly cause: string
  /** Errors of a group, each a list as well. */
  readonly errors: string
  /** Where text cannot be read as a program: an object of `file`, `line` and `source` as in frames, with the column and the reason. */
  readonly syntax: string
  readonly column: string
  readonly reason: string
}

/** An error, read. */
export interface ErrorText {
  readonly type: string | undefined
  readonly message: string | undefined
  /** As Python prints it, causes first. */
  readonly trace: string
}

type Json = Readonly<Record<string, unknown>>
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Nesting of groups that is shown by indentation; deeper ones stand no further in, so that text stays as long as what it tells. */
const deepest = 10
/** Groups within groups that are read; each costs some of the stack. */
const mostGroups = 256
/** How much longer than the JSON a text may be: of real errors it is shorter, of nothing but line ends in groups it is not. */
const most = 4
const rule = '-'.repeat(16)
const head = 'Traceback (most recent call last):'
const because = 'The above exception was the direct cause of the following exception:'
const meanwhile = 'During handling of the above exception, another exception occurred:'

const frameLines = (frame: Json, names: ErrorMembers): readonly string[] => {
  const file = textOf(frame[names.file]) ?? ''
  const line = textOf(frame[names.line])
  const name = textOf(frame[names.function]) ?? ''
  const source = textOf(frame[names.source])?.trim() ?? ''
  const variables = frame[names.variables]
  return [
    file === ''
      ? `  ${name}`
      : `  File "${file}"${line === undefined ? '' : `, line ${line}`}${name === '' ? '' : `, in ${name}`}`,
    ...(source === '' ? [] : [`    ${source}`]),
    ...(isObject(variables)
      ? Object.entries(variables).map(([key, value]) => `    ${key} = ${textOf(value) ?? JSON.stringify(value)}`)
      : []),
  ]
}

const syntaxLines = (at: unknown, names: ErrorMembers): readonly string[] => {
  if (!isObject(at)) return []
  const source = textOf(at[names.source]) ?? ''
  const line = textOf(at[names.line])
  const column = Number(at[names.column])
  const blanks = source.length - source.trimStart().length
  const isWithin = column > blanks && column <= source.length + 1
  return [
    `  File "${textOf(at[names.file]) ?? ''}"${line === undefined ? '' : `, line ${line}`}`,
    ...(source.trim() === '' ? [] : [`    ${source.trim()}`]),
    ...(source.trim() !== '' && isWithin ? [`    ${' '.repeat(column - 1 - blanks)}^`] : []),
  ]
}

/** `type: message`, then notes. */
const lastLines = (error: Json, names: ErrorMembers): readonly string[] => {
  const type = textOf(error[names.type]) ?? ''
  const syntax = error[names.syntax]
  const message = (isObject(syntax) ? textOf(syntax[names.reason]) : undefined) ?? textOf(error[names.message]) ?? ''
  const notes = listOf(error[names.notes]).flatMap((note) => (textOf(note) ?? '').split('\n'))
  return [...`${type}${message === '' ? '' : `: ${message}`}`.split('\n'), ...notes]
}

/** An error of a group, with what it came of. */
const chainOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

/** Whether errors hold no more than so many groups within each other. */
const areWithin = (errors: readonly unknown[], names: ErrorMembers, groups: number): boolean =>
  groups >= 0 &&
  errors.every(
    (error) =>
      !isObject(error) || listOf(error[names.errors]).every((one) => areWithin(chainOf(one), names, groups - 1)),
  )

/** Puts lines of an error that stands `depth` groups deep; those of a group, and of what is in it, stand behind a bar. */
const putError = (out: string[], error: Json, names: ErrorMembers, depth: number): void => {
  const frames = listOf(error[names.frames]).filter(isObject)
  const errors = listOf(error[names.errors])
  const margin = ' '.repeat(2 + 2 * Math.min(depth, deepest))
  const bar = depth === 0 && errors.length === 0 ? '' : `${margin}| `
  if (frames.length > 0)
    out.push(errors.length === 0 ? `${bar}${head}` : `${depth === 0 ? `${margin}+ ` : bar}Exception Group ${head}`)
  for (const frame of frames) for (const line of frameLines(frame, names)) out.push(`${bar}${line}`)
  for (const line of [...syntaxLines(error[names.syntax], names), ...lastLines(error, names)]) out.push(`${bar}${line}`)
  errors.forEach((one, i) => {
    out.push(`${margin}${i === 0 ? '+-+' : '  +'}${rule} ${i + 1} ${rule}`)
    putChain(out, chainOf(one), names, depth + 1)
  })
  const last = errors.at(-1)
  const [inner] = Array.isArray(last) ? last : [last]
  if (isObject(inner) && listOf(inner[names.errors]).length === 0) out.push(`${margin}  +${'-'.repeat(36)}`)
}

/** Puts the error that was raised first last, before it each that it came of. */
const putChain = (out: string[], errors: readonly unknown[], names: ErrorMembers, depth: number): void => {
  const bar = depth === 0 ? '' : `${' '.repeat(2 + 2 * Math.min(depth, deepest))}| `
  for (let i = errors.length - 1; i >= 0; i--) {
    const error = errors[i]
    if (!isObject(error)) continue
    putError(out, error, names, depth)
    if (i > 0) out.push(bar, `${bar}${error[names.cause] === true ? because : meanwhile}`, bar)
  }
}

/**
 * What a program wrote as JSON of an error: an object, or a list of such, the error that was raised first, each next one what
 * came before it. Undefined: it is none, tells of no error, is nested deeper than programs nest errors, or would be far longer as text.
 */
export const errorText = (json: string, names: ErrorMembers): ErrorText | undefined => {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    // What the record's own reading lets pass and JSON does not: a control character within a string.
    return undefined
  }
  const errors = chainOf(value)
  const [raised] = errors
  if (!isObject(raised) || !errors.every(isObject) || !areWithin(errors, names, mostGroups)) return undefined
  const type = textOf(raised[names.type])
  const message = textOf(raised[names.message])
  if (type === undefined && message === undefined) return undefined
  const out: string[] = []
  putChain(out, errors, names, 0)
  const trace = out.join('\n')
  return trace.length > json.length * most + 1000 ? undefined : { type, message, trace }
}
