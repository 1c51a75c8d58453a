import type { TraceStyle } from 'tailrace'

/** structlog's `dict_tracebacks`. */
const members = {
  type: 'exc_type',
  message: 'exc_value',
  notes: 'exc_notes',
  frames: 'frames',
  file: 'filename',
  line: 'lineno',
  function: 'name',
  source: 'line',
  variables: 'locals',
  cause: 'is_cause',
  errors: 'exceptions',
  syntax: 'syntax_error',
  column: 'offset',
  reason: 'msg',
} as const

/** How Python prints exceptions, groups of them, and `stack_info`; loguru too. */
export const pythonTrace: TraceStyle = {
  heads: ['Traceback (most recent call last):', '  + Exception Group Traceback (most recent call last):'],
  // The second is what `exc_info` prints where nothing was raised.
  stacks: ['Stack (most recent call last):', 'NoneType: None'],
  // loguru marks the frame that caught it.
  frames: ['> File "'],
  members,
}
