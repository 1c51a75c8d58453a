import { line, record, skip, whole } from 'tailrace'

/** A stack as zap and the runtime print it: a function, and its place indented below it. */
export const goStack = whole('error.stack_trace', record(line`${skip()}`, line`\t${skip('rest')}`))
