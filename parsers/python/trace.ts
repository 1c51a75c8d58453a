import type { TraceStyle } from 'tailrace'

/** How Python prints exceptions, groups of them, and `stack_info`; loguru too. */
export const pythonTrace: TraceStyle = {
  heads: ['Traceback (most recent call last):', '  + Exception Group Traceback (most recent call last):'],
  // The second is what `exc_info` prints where nothing was raised.
  stacks: ['Stack (most recent call last):', 'NoneType: None'],
  // loguru marks the frame that caught it.
  frames: ['> File "'],
}
