import { oneOf, starts } from 'tailrace'
import { loggingRecords, loggingStarts } from './logging.ts'
import { loguruColours, loguruJson, loguruPlain, loguruStarts } from './loguru.ts'
import { structlogColours, structlogConsole, structlogJson, structlogLogfmt, structlogStarts } from './structlog.ts'

export const pythonStarts = [...loguruStarts, ...structlogStarts, ...loggingStarts]

/** What Python's loggers write: `logging`, structlog, loguru. */
export const pythonRecords = oneOf(
  { name: 'python.log', framing: starts(pythonStarts) },
  loguruPlain,
  structlogConsole,
  loggingRecords,
  loguruJson,
  structlogJson,
  structlogLogfmt,
  loguruColours,
  structlogColours,
)
