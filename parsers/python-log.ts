import { type Infer, oneOf, starts } from 'tailrace'
import { loggingRecords, loggingStarts } from './python/logging.ts'
import { uvicornRecords, uvicornStarts } from './python/uvicorn.ts'

/**
 * Python's `logging`, and what uvicorn says in the same file. Any line that begins as one of their layouts begins a
 * record; others (tracebacks, further lines of a message) belong to the record before.
 */
export const pythonLog = oneOf(
  {
    name: 'python.log',
    title: "Python's logging",
    url: 'https://docs.python.org/3/library/logging.html',
    framing: starts([...loggingStarts, ...uvicornStarts]),
    toldBy: loggingRecords,
    moreGeneralThan: ['uvicorn.log'],
  },
  uvicornRecords,
  loggingRecords,
)
export type PythonLog = Infer<typeof pythonLog>
