/**
 * Why a record went no further. Bad data never throws; it becomes one of these, is kept, counted and shown.
 * The codes are the whole list: documentation, metrics and the dead letter queue go by them.
 */
export const failureCodes = {
  expected_literal: 'The text that the format has here is missing.',
  bad_value: 'A value is not of the type its place asks for.',
  trailing_text: 'Text is left over after the last part of the format.',
  unexpected_end: 'The record ends before the format does.',
  no_alternative: 'None of the alternatives of the format fits.',
  bad_envelope: 'The line is not wrapped as its source says.',
  bad_json: 'The record is not one well-formed JSON object.',
  missing_member: 'A JSON member that the format requires is missing.',
  time_out_of_range: 'The time does not exist, or lies outside what stores take.',
  number_out_of_range: 'The number is too large for the field.',
  pattern_timeout: 'A regular expression needs more time or memory for the record than it may take.',
  too_deep: 'JSON is nested deeper than the limit.',
  transform_failed: 'A transform could not be applied.',
  user_function_failed: 'A function of a user threw.',
  user_function_timeout: 'A function of a user took longer for the record than it may, or does not end.',
  rejected_by_store: 'The store will never take this document.',
  too_large: 'The document alone is larger than the store takes in one request.',
  unreadable: 'The bytes could not be read again.',
} as const
export type FailureCode = keyof typeof failureCodes
export type Stage = 'source' | 'parse' | 'transform' | 'store'

export interface Failure {
  readonly stage: Stage
  readonly code: FailureCode
  /** Byte in the record's text, from 0, at which it stopped fitting; the furthest any alternative came. */
  readonly at?: number
  /** What would have fitted there, as a person would write it: `" \""`, `a number`. */
  readonly expected?: string
  /** The first bytes of what was there instead, as text, at most 64 characters. */
  readonly found?: string
  readonly field?: string
  /** A sentence, where the code and position do not say it all (a store's own words). */
  readonly reason?: string
  /** The alternative that came furthest, where there are several. */
  readonly alternative?: string
}
