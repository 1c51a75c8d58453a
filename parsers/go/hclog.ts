import { blanks, grammar, identifier, keyValues, line, oneOfWords, optional, starts, time } from 'tailrace'
import { members } from './members.ts'

const { 'log.logger': _logger, ...withoutLogger } = members

/** Its times have a `T` and a zone. */
const front = line`${time('@timestamp', 'yyyy-MM-ddTHH:mm:ssfZ')} [${oneOfWords('log.level', ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'])}] ${optional(blanks())}`

export const hclogStarts = [front]

/** hclog, as Vault, Consul, Nomad and Terraform write: levels in a column, a logger, pairs behind a second colon. */
export const hclog = grammar({
  name: 'go.log.hclog',
  line: line`${front}${identifier('log.logger')}: ${keyValues({ members: withoutLogger, text: 'message' })}`,
  framing: starts(hclogStarts),
  samples: ['2026-03-10T08:00:00.123Z [INFO]  core: order paid: order=7'],
})
