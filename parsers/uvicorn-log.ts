import { type Infer, oneOf, starts } from 'tailrace'
import { pythonRecords, pythonStarts } from './python/records.ts'
import { uvicornRecords, uvicornStarts } from './python/uvicorn.ts'

/**
 * uvicorn, and what the application says in the same file by Python's `logging`. Any line that begins as one of their
 * layouts begins a record; others (tracebacks, further lines of a message) belong to the record before.
 */
export const uvicornLog = oneOf(
  {
    name: 'uvicorn.log',
    title: 'uvicorn (Python ASGI server)',
    url: 'https://www.uvicorn.org/settings/#logging',
    framing: starts([...uvicornStarts, ...pythonStarts]),
    toldBy: uvicornRecords,
  },
  uvicornRecords,
  pythonRecords,
)
export type UvicornLog = Infer<typeof uvicornLog>
