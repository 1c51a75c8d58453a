import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { placeOf } from '../config/place.ts'
import type { Diagnostic, Site } from '../event/diagnostic.ts'
import { type Field, fields } from '../event/field.ts'
import { isObject } from '../event/is-object.ts'
import { printable } from '../event/printable.ts'
import { provenanceFields } from '../event/provenance.ts'
import { envelopesOf, type Pipeline, yieldedBy } from '../pipeline/pipeline.ts'

/** Fields of documents by name; the type as it is written down: `long`, `keyword list`. */
export type LockedFields = ReadonlyMap<string, string>
export const lockParts = ['around', 'datasets'] as const
export type LockPart = (typeof lockParts)[number]

/** What documents hold: of each dataset what parser and transforms yield, and once what every record has around it. */
export type FieldsLock = Readonly<Record<LockPart, ReadonlyMap<string, LockedFields>>>

/** What every record has, whatever it came in. */
const everyRecord = 'tailrace'
const version = 1

const typeText = ({ type, list }: Field): string => (list === true ? `${type} list` : type)
const typesOf = (schema: Iterable<readonly [string, Field]>): Map<string, string> =>
  new Map([...schema].map(([name, field]) => [name, typeText(field)]))

/**
 * Beside the configuration and named for it: `tailrace.config.ts` has `tailrace.lock.json`. Where there is none, beside the
 * formats.
 */
export const lockPath = (config: string | undefined, cwd: string): string => {
  if (config !== undefined) return config.replace(/(?:\.config)?\.[cm]?[jt]s$|$/, '.lock.json')
  const formats = join(cwd, 'parsers')
  return join(existsSync(formats) ? formats : cwd, 'tailrace.lock.json')
}

/** What the definitions yield now. */
export const lockOf = (pipelines: readonly Pipeline[]): FieldsLock => {
  const around = new Map<string, LockedFields>([
    [everyRecord, typesOf(provenanceFields.map((name) => [name, fields[name]]))],
  ])
  const datasets = new Map<string, Map<string, string>>()
  for (const pipeline of pipelines) {
    for (const { name, schema } of envelopesOf(pipeline.source)) around.set(name, typesOf(schema))
    for (const parser of pipeline.parsers) {
      const dataset = pipeline.dataset ?? parser.name
      const yielded = typesOf(yieldedBy(parser, pipeline))
      datasets.set(dataset, new Map([...(datasets.get(dataset) ?? []), ...yielded]))
    }
  }
  return { around, datasets }
}

const sorted = <T>(entries: ReadonlyMap<string, T>): [string, T][] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : Number(a > b)))

/** The same definitions give the same text, a field a line, so that versions of it merge line by line. */
export const printLock = (lock: FieldsLock): string => {
  const part = (entries: FieldsLock[LockPart]) =>
    Object.fromEntries(sorted(entries).map(([name, held]) => [name, Object.fromEntries(sorted(held))]))
  return `${JSON.stringify({ lock: version, around: part(lock.around), datasets: part(lock.datasets) }, null, 2)}\n`
}

/** The lock as it lies on disk. */
export interface ReadLock {
  readonly path: string
  readonly lock: FieldsLock
  /** Where an entry stands. */
  placeOf(part: LockPart, ...names: readonly string[]): Partial<Site>
}

const readPart = (value: unknown): ReadonlyMap<string, LockedFields> | undefined => {
  if (!isObject(value)) return undefined
  const entries = Object.entries(value).map(([name, held]) =>
    isObject(held) && Object.values(held).every((type) => typeof type === 'string')
      ? ([name, new Map(Object.entries(held as Readonly<Record<string, string>>))] as const)
      : undefined,
  )
  return entries.every((entry) => entry !== undefined) ? new Map(entries) : undefined
}

const mend = "Take the committed one, or write it anew with 'tailrace check --update-lock' and look at what differs"

/** Undefined: there is none. A lock that cannot be used is a mistake. */
export const readLock = (path: string): ReadLock | Diagnostic | undefined => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? undefined : { file: path, text: `the lock of fields cannot be read: ${code}`, mend }
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const conflict = text.split('\n').findIndex((line) => /^<{7}( |$)/.test(line))
    return conflict >= 0
      ? { file: path, line: conflict + 1, column: 1, text: 'the lock of fields holds a conflict of two versions', mend }
      : { file: path, text: `the lock of fields is no JSON: ${printable((error as Error).message)}`, mend }
  }
  const [around, datasets] = isObject(value) ? lockParts.map((part) => readPart(value[part])) : []
  if (!isObject(value) || value['lock'] !== version || around === undefined || datasets === undefined)
    return { file: path, line: 1, column: 1, text: `this is no lock of fields of version ${version}`, mend }
  return {
    path,
    lock: { around, datasets },
    placeOf: (part, ...names) => ({ file: path, line: 1, column: 1, ...placeOf(text, 0, [part, ...names]) }),
  }
}
