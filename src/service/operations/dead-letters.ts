import { flagNames } from '../../event/block.ts'
import type { Scalar } from '../../event/column.ts'
import type { FieldType } from '../../event/field.ts'
import { firstLine, grouped } from '../../mine/grouped.ts'
import { toRecordTest } from '../../query/record-test.ts'
import type { DeadLetter } from '../../store/dead-letter/letter.ts'
import { hideSecrets } from '../../telemetry/secrets.ts'
import { redactText } from '../../transform/redaction/redact-text.ts'
import type { Context } from '../context.ts'
import { type Answer, OperationError } from '../control.ts'
import { type Asked, queryOver } from './question.ts'
import { assertAllAtHand, atHand, inEveryStore } from './stores.ts'
import { parseTime } from './time-range.ts'

/** A letter as people see it: redacted unless the owner of the file asks for the bytes as they are. */
export const shown = (letter: DeadLetter, raw: boolean): Record<string, unknown> => {
  const { raw: bytes, document, key: _key, original: _original, wrapping, flag = 0, length, ...rest } = letter
  const text = Buffer.from(bytes, 'base64').toString('utf8')
  const hide = raw ? (given: string) => given : (given: string) => hideSecrets(redactText(given))
  return {
    ...rest,
    reason: hideSecrets(rest.reason),
    ...(rest.found === undefined ? {} : { found: hide(rest.found) }),
    length,
    ...(flag === 0 ? {} : { flags: flagNames.filter((_, bit) => (flag >> bit) & 1) }),
    ...(wrapping === undefined ? {} : { stream: wrapping.stream }),
    raw: hide(text),
    ...(document === undefined ? {} : { document: hide(document) }),
  }
}

export interface LettersAsked extends Pick<Asked, 'kql' | 'since' | 'until' | 'dataset'> {
  readonly raw?: boolean
  readonly code?: string
  readonly limit?: number
}

/** What a query may ask of a letter: its members by the names `dlq list` shows, and by those events have. */
const members: Readonly<Record<string, { readonly type: FieldType; readonly also?: string }>> = {
  id: { type: 'keyword', also: 'event.id' },
  time: { type: 'date' },
  stage: { type: 'keyword' },
  code: { type: 'keyword', also: 'error.code' },
  reason: { type: 'text', also: 'error.message' },
  field: { type: 'keyword' },
  expected: { type: 'keyword' },
  found: { type: 'text' },
  dataset: { type: 'keyword', also: 'event.dataset' },
  source: { type: 'keyword' },
  path: { type: 'keyword', also: 'log.file.path' },
  offset: { type: 'long', also: 'log.offset' },
  length: { type: 'long', also: 'log.length' },
  attempts: { type: 'long' },
  read_at: { type: 'date' },
  edited: { type: 'date' },
  raw: { type: 'text', also: 'event.original' },
  document: { type: 'text' },
}
const memberOf = new Map(
  Object.entries(members).flatMap(([name, { also }]) => [[name, name] as const, [also ?? name, name] as const]),
)
const letterFields = {
  names: [...memberOf.keys()],
  fieldOf: (name: string) => {
    const member = memberOf.get(name)
    return member === undefined ? undefined : { type: members[member]!.type, about: '' }
  },
}

/** The letters asked for, oldest first. A query is held against what is shown: what redaction hides cannot be guessed at. */
export async function* selectLetters(
  { config, letters }: Pick<Context, 'config' | 'letters'>,
  asked: LettersAsked,
): AsyncGenerator<DeadLetter> {
  if (asked.kql !== undefined && letters.has(asked.kql.trim())) {
    const named = await letters.find(asked.kql.trim())
    if (named !== undefined) yield named
    return
  }
  const clock = { now: Date.now(), timezone: config.timezone }
  const fits = toRecordTest(queryOver(letterFields, asked.kql, clock))
  const at = (text: string | undefined, otherwise: number): number =>
    text === undefined ? otherwise : parseTime(text, clock.now, clock.timezone)
  const since = at(asked.since, -Infinity)
  const until = at(asked.until, Infinity)
  let left = asked.limit ?? Infinity
  for await (const letter of letters.list()) {
    if (left <= 0) return
    if (asked.code !== undefined && letter.code !== asked.code) continue
    if (asked.dataset !== undefined && asked.dataset.length > 0 && !asked.dataset.includes(letter.dataset)) continue
    const time = Date.parse(letter.time)
    if (time < since || time >= until) continue
    const row = shown(letter, asked.raw === true)
    if (!fits((name) => row[memberOf.get(name)!] as Scalar | undefined)) continue
    left--
    yield letter
  }
}

/** Those for each store have their own queue. */
export async function* listLetters(context: Context, asked: LettersAsked): Answer {
  let left = asked.limit ?? Infinity
  yield* inEveryStore(context, async function* (one) {
    for await (const letter of selectLetters(one, { ...asked, limit: left })) {
      left--
      yield { ...shown(letter, asked.raw === true), store: one.storeName }
    }
  })
  for (const { name: store, elsewhere } of await context.others()) {
    if (elsewhere === undefined) continue
    const letters = await elsewhere.letters()
    try {
      for await (const letter of selectLetters({ config: context.config, letters }, { ...asked, limit: left })) {
        left--
        yield { ...shown(letter, asked.raw === true), store }
      }
    } finally {
      await letters.close()
    }
  }
}

/** Letters that are grouped: more would take too much memory. */
const mostGrouped = 50_000

/** The letters asked for by their template: how many, and one of them to look at. A letter has the text it is shown with. */
export async function* groupLetters(context: Context, asked: LettersAsked): Answer {
  const letters: { readonly id: string; readonly dataset: string; readonly code: string; readonly time: string }[] = []
  const lines: string[] = []
  for await (const row of listLetters(context, { ...asked, limit: Math.min(asked.limit ?? Infinity, mostGrouped) })) {
    const { id, dataset, code, time, raw } = row as Record<'id' | 'dataset' | 'code' | 'time' | 'raw', string>
    letters.push({ id, dataset, code, time })
    lines.push(firstLine(raw))
  }
  for (const { text, lines: own } of grouped(lines)) {
    const [first, last] = [letters[own[0]!]!, letters[own.at(-1)!]!]
    const codes = [...new Set(own.map((i) => letters[i]!.code))].sort().join(', ')
    yield { count: own.length, dataset: first.dataset, code: codes, last: last.time, template: text, id: last.id }
  }
}

/** A letter, and the context of the store that did not take its record. */
interface FoundLetter {
  readonly letter: DeadLetter
  readonly context: Context
}

/** The letters with this id: a record of a file that several machines share may be one for each store. Throws where there is none. */
const lettersById = async (context: Context, id: string): Promise<readonly FoundLetter[]> => {
  const found: FoundLetter[] = []
  for (const one of await atHand(context)) {
    const letter = await one.letters.find(id)
    if (letter !== undefined) found.push({ letter, context: one })
  }
  if (found.length > 0) return found
  await assertAllAtHand(context)
  throw new OperationError(1, `no dead letter has the id '${id}'; 'tailrace dlq list' shows them`)
}

/** The only letter with this id. */
export const letterById = async (context: Context, id: string): Promise<FoundLetter> => {
  const [first, ...more] = await lettersById(context, id)
  if (more.length > 0)
    throw new OperationError(
      2,
      `${[first!, ...more].map((one) => one.context.storeName).join(' and ')} have a dead letter ${id} each; say which with --store`,
    )
  return first!
}

export async function* showLetter(context: Context, asked: { readonly id: string; readonly raw?: boolean }): Answer {
  for (const { letter, context: one } of await lettersById(context, asked.id))
    yield { ...shown(letter, asked.raw === true), store: one.storeName }
}

/** Its bytes as they lie on the disk, for an editor. */
export async function* rawLetter(context: Context, asked: { readonly id: string }): Answer {
  const { letter } = await letterById(context, asked.id)
  yield { raw: letter.raw }
}
