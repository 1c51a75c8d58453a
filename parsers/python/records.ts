import { oneOf, starts } from 'tailrace'
import { loggingRecords, loggingStarts } from './logging.ts'
import { loguruColours, loguruJson, loguruStarts } from './loguru.ts'
import { structlogColours, structlogJson, structlogLogfmt, structlogStarts, structlogUntimed } from './structlog.ts'
import { tornadoRecords, tornadoStarts } from './tornado.ts'

export const pythonStarts = [...loguruStarts, ...structlogStarts, ...loggingStarts, ...tornadoStarts]

/** What Python's loggers write: `logging`, structlog, loguru, Tornado. */
export const pythonRecords = oneOf(
  { name: 'python.log', framing: starts(pythonStarts) },
  loggingRecords,
  structlogUntimed,
  loguruJson,
  structlogJson,
  structlogLogfmt,
  loguruColours,
  structlogColours,
  tornadoRecords,
)
