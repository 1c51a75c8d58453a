import { type Infer, oneOf, starts } from 'tailrace'
import { pythonRecords, pythonStarts } from './python/records.ts'
import { uvicornRecords, uvicornStarts, workerAccess, workerAccessStart } from './python/uvicorn.ts'

const framing = starts([...uvicornStarts, workerAccessStart, ...pythonStarts])

/**
 * uvicorn, and what the application says in the same file by Python's `logging`. Any line that begins as one of their
 * layouts begins a record; others (tracebacks, further lines of a message) belong to the record before.
 */
export const uvicornLog = oneOf(
  {
    name: 'uvicorn.log',
    title: 'uvicorn (Python ASGI server)',
    url: 'https://www.uvicorn.org/settings/#logging',
    framing,
    toldBy: oneOf({ name: 'uvicorn.log.told', framing }, uvicornRecords, workerAccess),
  },
  uvicornRecords,
  workerAccess,
  pythonRecords,
)
export type UvicornLog = Infer<typeof uvicornLog>
