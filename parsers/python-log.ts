import { type Infer, oneOf, starts } from 'tailrace'
import { pythonRecords, pythonStarts } from './python/records.ts'
import { uvicornRecords, uvicornStarts } from './python/uvicorn.ts'

/**
 * Python's loggers (`logging`, structlog, loguru), and what uvicorn says in the same file. Any line that begins as one of their layouts begins a
 * record; others (tracebacks, further lines of a message) belong to the record before.
 */
export const pythonLog = oneOf(
  {
    name: 'python.log',
    title: "Python's logging, structlog, loguru",
    url: 'https://docs.python.org/3/library/logging.html',
    framing: starts([...pythonStarts, ...uvicornStarts]),
    toldBy: pythonRecords,
    moreGeneralThan: ['uvicorn.log', 'shop.event', 'java.logback', 'go.log'],
  },
  uvicornRecords,
  pythonRecords,
)
export type PythonLog = Infer<typeof pythonLog>
