import type { Failure } from '../../event/failure.ts'
import { isObject } from '../../event/is-object.ts'
import { type Body, idOf } from './body.ts'
import type { BulkReply } from './bulk-reply.ts'
import type { Ending } from './concurrency.ts'
import type { Reply } from './connection.ts'
import type { BulkItem } from './verdict.ts'
import { errorOf, retryAfter, troubleOf, wordsOf } from './words.ts'

/** What one request came to. `unknown`: it may have taken effect, wholly, in part or not at all. */
export type Attempt =
  | { readonly kind: 'items'; readonly items: readonly BulkItem[] }
  /** Every one of them was made. */
  | { readonly kind: 'created' }
  | {
      readonly kind: 'refused'
      readonly text: string
      readonly wish: number
      readonly missing: boolean
      readonly busy: boolean
    }
  /** A document of it is. `sure`: where it was sent alone, that one. */
  | { readonly kind: 'unfit'; readonly failure: Failure; readonly sure: boolean; readonly text: string }
  | {
      readonly kind: 'unknown'
      readonly text: string
      readonly wish: number
      readonly silent: boolean
      readonly busy: boolean
    }

/** The ids prove that the reply is to this request, whatever lies between: a cached or mixed-up one names others. */
export const filter = 'took,errors,items.*._id,items.*.status,items.*.error,items.*.failure_store'

/** A body of no more bytes is sent whole or not at all. */
export const smallestLimit = 64 * 1024

/** The items of a reply, if it is one to `sent`: each of its documents, in order. */
const itemsOf = (reply: unknown, sent: Body): readonly BulkItem[] | undefined => {
  const list = isObject(reply) ? reply['items'] : undefined
  if (!Array.isArray(list) || list.length !== sent.count) return undefined
  const items: BulkItem[] = []
  for (const each of list) {
    const item: BulkItem | undefined = each?.create ?? each?.index
    if (typeof item?.status !== 'number') return undefined
    // A failure store gives what it takes an id of its own.
    if (item._id !== idOf(sent, items.length) && item.failure_store === undefined) return undefined
    items.push(item)
  }
  return items
}

const isOfRequest = /unrecognized parameter|explicit index in bulk is not allowed|bulk request must be terminated/i
/** The engine's reader broke off: what it speaks of is in the body, not in the world. */
const isOfReading = /parse|content|malformed|json|unexpected|constraints/i

/** What the engine's answer means for the documents that were sent. */
export const attemptOf = (reply: Reply, read: BulkReply, sent: Body): Attempt => {
  const { status, body } = reply
  const wish = retryAfter(reply)
  if (status === 200) {
    if (read.allCreated) return { kind: 'created' }
    const items = itemsOf(body, sent)
    if (items !== undefined) return { kind: 'items', items }
    const text =
      typeof body === 'string' ? troubleOf(reply) : 'store answers a bulk request with what is no answer to it'
    return { kind: 'unknown', text, wish, silent: false, busy: false }
  }
  const text = troubleOf(reply)
  if (status === 413) {
    const sure = sent.end - sent.lease.start > smallestLimit
    return { kind: 'unfit', failure: { stage: 'store', code: 'too_large', reason: text }, sure, text }
  }
  const error = errorOf(body)
  const words = wordsOf(error)
  if (status === 400 && words !== '' && !isOfRequest.test(words)) {
    const sure = isOfReading.test(error?.type ?? '')
    return { kind: 'unfit', failure: { stage: 'store', code: 'rejected_by_store', reason: words }, sure, text }
  }
  // Said before the request was looked into: nothing of it was applied.
  return status >= 400 && status < 500
    ? { kind: 'refused', text, wish, missing: status === 404, busy: status === 429 }
    : { kind: 'unknown', text, wish, silent: false, busy: status >= 500 }
}

const isBusy = ({ status, error }: BulkItem): boolean =>
  (status === 429 && error?.type !== 'cluster_block_exception') || status === 503

/** What it means for how much is sent at once. */
export const endingOf = (attempt: Attempt): Ending => {
  switch (attempt.kind) {
    case 'created':
      return 'answered'
    case 'items':
      return attempt.items.some(isBusy) ? 'overload' : 'answered'
    case 'unfit':
      return 'other'
    default:
      return attempt.busy ? 'overload' : 'other'
  }
}
