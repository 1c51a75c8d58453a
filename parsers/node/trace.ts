import type { TraceStyle } from 'tailrace'

/** How V8 prints an error's stack. */
export const nodeTrace: TraceStyle = { calls: ['    at '] }
