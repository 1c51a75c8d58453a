import { writeAtomic } from '../durable/file.ts'
import { type Diagnostic, siteOf } from '../event/diagnostic.ts'
import type { Field, FieldType } from '../event/field.ts'
import { capturePlace, grammarOf } from './capture-place.ts'
import { type Broken, type Compared, compareLocks } from './compare-locks.ts'
import { createFieldUses, type UsesOf } from './field-uses.ts'
import { type FieldsLock, lockOf, lockPath, printLock, type ReadLock, readLock } from './fields-lock.ts'
import type { Config } from './load.ts'

export interface CheckedLock {
  readonly path: string
  readonly exists: boolean
  /** What the definitions break of it. */
  readonly problems: readonly Diagnostic[]
  /** What is new, and not in the lock yet. */
  readonly added: readonly string[]
}

const accept = "'tailrace check --update-lock'"

/** `datasets` of the lock as what a query is read with. */
const fieldsIn = ({ around, datasets }: FieldsLock): ReadonlyMap<string, Field> =>
  new Map(
    [...around.values(), ...datasets.values()].flatMap((held) =>
      [...held].map(([name, text]): [string, Field] => {
        const [type = '', list] = text.split(' ')
        return [name, { type: type as FieldType, about: '', ...(list === undefined ? {} : { list: true }) }]
      }),
    ),
  )

const diagnosisOf = (broken: Broken, config: Config, read: ReadLock, uses: UsesOf): Diagnostic => {
  const { part, of, field, was, now, renamed } = broken
  const grammar = part === 'datasets' ? grammarOf(config, of, field) : undefined
  const written = read.placeOf(part, of, ...(field === undefined ? [] : [field]))
  const what = part === 'datasets' ? of : `what ${of} adds to a record`
  if (field === undefined)
    return {
      ...written,
      text:
        part === 'datasets'
          ? `the dataset '${of}' is gone: no pipeline yields it any more${renamed === undefined ? '' : `; '${renamed}', which is new, has its fields`}`
          : `no source adds the fields of '${of}' any more`,
      mend:
        renamed === undefined || part !== 'datasets'
          ? `Bring it back, or accept it with ${accept}`
          : `If it was renamed, keep the old name with pipeline('…', { dataset: '${of}' }), or accept the new one with ${accept}`,
    }
  const used = part === 'datasets' ? uses(of, field) : []
  const usedBy =
    used.length === 0 ? '' : `; ${new Intl.ListFormat('en').format(used)} ${used.length === 1 ? 'asks' : 'ask'} for it`
  const locked = `${field}' (${was}, in ${read.path}:${written.line}:${written.column})`
  if (now !== undefined)
    return {
      ...written,
      ...(grammar?.schema.has(field) === true ? capturePlace(grammar, field) : {}),
      text: `${what}: the field '${locked} is ${now} now${usedBy}`,
      mend: `Capture it as ${was}, or under another name; stores keep the type a field has, so accept this with ${accept} only where none holds it`,
    }
  return {
    ...written,
    ...(grammar === undefined ? {} : siteOf(grammar.site)),
    text: `${what}: the field '${locked} is gone${renamed === undefined ? '' : `, and '${renamed}', of the same type, is new`}${usedBy}`,
    mend:
      renamed === undefined
        ? `Bring it back, or accept it with ${accept}`
        : `If it was renamed, keep the old name with .through(rename({ '${renamed}': '${field}' })), let searches by it find the new one with .through(alias({ '${field}': '${renamed}' })), or accept the new one with ${accept}`,
  }
}

/** Holds what the pipelines yield against the lock that lies beside the configuration. */
export const checkLock = (config: Config, cwd = process.cwd()): CheckedLock => {
  const path = lockPath(config.file, cwd)
  const read = readLock(path)
  if (read === undefined) return { path, exists: false, problems: [], added: [] }
  if (!('lock' in read)) return { path, exists: true, problems: [read], added: [] }
  const { broken, added }: Compared = compareLocks(read.lock, lockOf(config.pipelines))
  const uses = createFieldUses(config, fieldsIn(read.lock))
  return { path, exists: true, problems: broken.map((one) => diagnosisOf(one, config, read, uses)), added }
}

/** Writes what the pipelines yield now; returns where. A file of the repository like the configuration: readable by all. */
export const updateLock = async (config: Config, cwd = process.cwd()): Promise<string> => {
  const path = lockPath(config.file, cwd)
  await writeAtomic(path, printLock(lockOf(config.pipelines)), 0o644)
  return path
}
