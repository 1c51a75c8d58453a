import { type Diagnostic, diagnose, markSite, type SiteMark } from '../event/diagnostic.ts'
import type { Pipeline } from './pipeline.ts'

/** A document, nested or by dotted names: `{ source: { ip: '10.0.0.1' } }` is `{ 'source.ip': '10.0.0.1' }`. */
export type ExpectedDocument = Readonly<Record<string, unknown>>

/** A line that is to become a dead letter; what is left out may be anything. */
export interface ExpectedFailure {
  /** Number of its first line among the lines, from 1. */
  readonly line?: number
  readonly stage?: string
  readonly code?: string
  readonly field?: string
}

/** An alert that is to stand at the end; what is left out may be anything. */
export interface ExpectedAlert {
  readonly rule: string
  readonly state?: 'firing' | 'resolved'
  readonly group?: Readonly<Record<string, unknown>>
  /** ISO time at which the first window that was wrong begins. */
  readonly since?: string
  readonly value?: number
}

export interface PipelineTestSpec {
  readonly name: string
  /** As they come from the source: a file's lines, or what was pushed. */
  readonly lines: readonly string[]
  /** Of the file they stand in; default: one that the source follows. */
  readonly path?: string
  /** ISO time at which they are read: years that a log leaves out, and times it does not have, come from it. Default 2026-01-01T00:00:00Z. */
  readonly now?: string
  /** Of times without one, where the pipeline names none. Default UTC. */
  readonly timezone?: string
  /** In order, whole: each field that is there has to be named. Without what `run` adds of where a record was found. */
  readonly documents?: readonly ExpectedDocument[]
  /** Only the fields named are compared; one that is `null` must not be there. */
  readonly partial?: true
  /** In order. Default, where documents or alerts are expected: none. */
  readonly failures?: readonly ExpectedFailure[]
  /** Of the pipeline's rules, judged by event time. Default: they are not judged. */
  readonly alerts?: readonly ExpectedAlert[]
}

/** Lines, and what a pipeline has to make of them. */
export interface PipelineTest extends PipelineTestSpec {
  readonly pipeline: Pipeline
  readonly site: SiteMark
  readonly problems: readonly Diagnostic[]
}

/**
 * Declares a test of a pipeline, in a file beside it whose name ends in `.tests.ts` and which exports a list of them by
 * default; `tailrace test` runs them. With neither documents, failures nor alerts what is expected lies in
 * `….tests.expected.json`, which `tailrace test --update` writes.
 *
 * ```ts
 * export default [
 *   pipelineTest(nginx, {
 *     name: 'a failed request',
 *     lines: ['203.0.113.9 - - [27/Nov/2026:08:00:00 +0000] "GET /orders/7 HTTP/1.1" 502 157 "-" "curl/8.5.0"'],
 *     documents: [{ 'http.response.status_code': 502, 'url.template': '/orders/{id}' }],
 *     partial: true,
 *   }),
 * ]
 * ```
 */
export const pipelineTest = (pipeline: Pipeline, spec: PipelineTestSpec): PipelineTest => {
  const site = markSite(pipelineTest)
  const isTime = spec.now === undefined || !Number.isNaN(Date.parse(spec.now))
  const problems = isTime
    ? []
    : [diagnose(site, `test '${spec.name}': now is '${spec.now}'`, "Give an ISO time, as '2026-01-01T00:00:00Z'")]
  return Object.freeze({ ...spec, pipeline, site, problems })
}

/** Whether what is expected lies in the file beside it. */
export const isRecorded = ({ documents, failures, alerts }: PipelineTestSpec): boolean =>
  documents === undefined && failures === undefined && alerts === undefined
