import type { DeadLetter } from '../../store/dead-letter.ts'
import { redactText } from '../../transform/redaction/redact-text.ts'
import type { Context } from '../context.ts'
import { type Answer, OperationError } from '../control.ts'

/** A letter as people see it: redacted unless the owner of the file asks for the bytes as they are. */
const shown = (letter: DeadLetter, raw: boolean): Record<string, unknown> => {
  const { raw: bytes, document, key: _key, length, ...rest } = letter
  const text = Buffer.from(bytes, 'base64').toString('utf8')
  const hide = raw ? (given: string) => given : redactText
  return {
    ...rest,
    ...(rest.found === undefined ? {} : { found: hide(rest.found) }),
    length,
    raw: hide(text),
    ...(document === undefined ? {} : { document: hide(document) }),
  }
}

export interface LettersAsked {
  readonly raw?: boolean
  readonly code?: string
  readonly dataset?: readonly string[]
  readonly limit?: number
}

/** Oldest first. */
export async function* listLetters(context: Context, asked: LettersAsked): Answer {
  let left = asked.limit ?? Number.POSITIVE_INFINITY
  for await (const letter of context.letters.list()) {
    if (left <= 0) return
    if (asked.code !== undefined && letter.code !== asked.code) continue
    if (asked.dataset !== undefined && asked.dataset.length > 0 && !asked.dataset.includes(letter.dataset)) continue
    left--
    yield shown(letter, asked.raw === true)
  }
}

export async function* showLetter(context: Context, asked: { readonly id: string; readonly raw?: boolean }): Answer {
  const letter = await context.letters.find(asked.id)
  if (letter === undefined)
    throw new OperationError(1, `no dead letter has the id '${asked.id}'; 'tailrace dlq list' shows them`)
  yield shown(letter, asked.raw === true)
}
