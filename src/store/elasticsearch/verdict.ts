import type { Failure } from '../../event/failure.ts'
import { type EngineError, wordsOf } from './words.ts'

/** One operation's entry in a bulk reply. */
export interface BulkItem {
  readonly _id?: string
  readonly status: number
  readonly error?: EngineError
  readonly failure_store?: string
}

/**
 * `held`: a document of that id was there before. `later`: the store cannot take it now. `failing`: the store broke
 * over it, which may be the document's doing or the store's. `missing`: there is nothing to write to.
 */
export type Verdict = 'stored' | 'held' | 'redirected' | 'dead' | 'later' | 'missing' | 'failing'

const isBlock = ({ type }: EngineError): boolean =>
  type === 'cluster_block_exception' || type === 'index_closed_exception'

/** 400s that speak of the cluster, not of the document. */
const ofCluster =
  /maximum (normal |frozen )?shards open|no write index is defined|pipeline with id .* does not exist|is blocked|disk|read.only/i
/** 500s that speak of the disk. */
const ofDisk = /no space left|disk|too many open files|read-only file system/i
/** Types of 500s that speak of a node, a shard or the way to it. */
const ofNode =
  /^(already_closed|cluster|connect|engine_closed|index_shard|interrupted|master|no_|node_|process_cluster|receive_timeout|recovery|rejected|send_request|shard|snapshot|task_cancelled|timeout|translog|transport|unavailable)/
const immense = /immense term|max length 3276[56]/i

export const judge = ({ status, error, failure_store }: BulkItem): Verdict => {
  if (status < 300) return failure_store === 'used' ? 'redirected' : 'stored'
  if (status === 409) return 'held'
  const words = error === undefined ? '' : wordsOf(error)
  if (status === 404) return 'missing'
  if (error !== undefined && isBlock(error)) return 'later'
  if (status === 400) return error?.type !== 'mapper_parsing_exception' && isOfCluster(error, words) ? 'later' : 'dead'
  if (status === 413) return 'dead'
  if (status >= 500 && status !== 503)
    return immense.test(words) ? 'dead' : ofDisk.test(words) || ofNode.test(error?.type ?? '') ? 'later' : 'failing'
  return 'later'
}

const isOfCluster = (error: EngineError | undefined, words: string): boolean =>
  (error?.type === 'validation_exception' || error?.type === 'illegal_argument_exception') &&
  !immense.test(words) &&
  ofCluster.test(error.reason ?? '')

const fieldOfWords = (words: string): string | undefined =>
  /(?:field \[|field=")([^\]"]+)/.exec(words)?.[1] ?? /object mapping for \[([^\]]+)\]/.exec(words)?.[1]

/** The store's refusal as a dead letter's reason. */
export const failureOf = ({ status, error }: BulkItem): Failure => {
  const words = wordsOf(error) || `status ${status}`
  const field = fieldOfWords(words)
  return {
    stage: 'store',
    code: status === 413 ? 'too_large' : 'rejected_by_store',
    reason: words,
    ...(field === undefined ? {} : { field }),
  }
}
