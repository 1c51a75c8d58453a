import {
  address,
  either,
  int,
  line,
  never,
  oneOfWords,
  optional,
  or,
  type Part,
  text,
  time,
  whole,
  word,
} from 'tailrace'
import { stamp } from './said.ts'
import { sqlStates } from './sql-states.ts'

/** Where no name is known yet the server writes `[unknown]`. */
const user = either(line`[${oneOfWords('user.name', ['unknown'])}]`, never(':', or('', text('user.name'))))
const database = either(
  line`[${oneOfWords('postgresql.log.database', ['unknown'])}]`,
  or('', text('postgresql.log.database')),
)

/** https://www.postgresql.org/docs/current/runtime-config-logging.html#GUC-LOG-LINE-PREFIX */
const escapes: Readonly<Record<string, Part>> = {
  a: or(['', '[unknown]'], text('postgresql.log.application_name')),
  u: user,
  d: database,
  r: either(line`${address('source.address')}(${int('source.port')})`, or(['', '[local]'], address('source.address'))),
  h: or(['', '[local]'], address('source.address')),
  b: or('', text('postgresql.log.backend_type')),
  p: int('process.pid'),
  P: or('', int('postgresql.log.leader_pid')),
  t: stamp,
  m: stamp,
  n: time('@timestamp', 'epoch_s'),
  i: or('', text('postgresql.log.command_tag')),
  e: oneOfWords('postgresql.log.sql_state_code', sqlStates),
  c: word('postgresql.log.session_id'),
  l: int('postgresql.log.session_line_number'),
  s: whole('postgresql.log.session_start', line`${time('event.start', 'yyyy-MM-dd HH:mm:ss z')}`),
  v: or('', word('postgresql.log.virtual_transaction_id')),
  x: int('postgresql.log.transaction_id'),
  Q: int('postgresql.log.query_id'),
}

/** The captures of a piece of a prefix, and the text between. */
const partOf = (prefix: string): Part => {
  const pieces = prefix.split(/%(.)/)
  const literals: string[] = [pieces[0]!]
  const parts: Part[] = []
  for (let i = 1; i < pieces.length; i += 2) {
    const part = escapes[pieces[i]!]
    if (part === undefined) literals.push(`${literals.pop()!}%${pieces[i + 1]!}`)
    else {
      parts.push(part)
      literals.push(pieces[i + 1]!)
    }
  }
  return line(Object.assign(literals, { raw: literals }), ...parts) as Part
}

/** What `log_line_prefix` puts before a severity; what stands behind its `%q` only sessions have. */
export const linePrefix = (prefix: string): Part => {
  const [always = '', session] = prefix.split('%q')
  const first = partOf(always)
  return session === undefined ? first : line`${first}${optional(partOf(session))}`
}
