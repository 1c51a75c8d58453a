import type { TraceStyle } from 'tailrace'

/** How Java prints an exception: its causes, what was suppressed and frames in common follow. */
export const javaTrace: TraceStyle = { calls: ['\tat ', '\t... '], dotted: true }

export const javaLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']
