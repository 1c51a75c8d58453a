import { copy, rangesOf } from './derive.ts'
import { joinedBy } from './format-pieces.ts'
import type { ReadFormat } from './format-variable.ts'
import { type NginxText, readNginxText } from './nginx-format-text.ts'
import { logVariables, variablesFor } from './nginx-variables.ts'
import { tlsVersionOf } from './tls.ts'

/** `$host:$server_port` as one: a colon alone does not tell where an IPv6 address ends. */
const joined = joinedBy(':', (first, second) =>
  Object.hasOwn(logVariables, `${first}:${second}`) ? `${first}:${second}` : undefined,
)

const escapeOf = ({ escape: stated, pieces }: NginxText): ReadFormat['escape'] => {
  if (stated !== undefined) return stated === 'default' ? 'hex' : stated
  // nginx's own default makes no valid JSON; whoever writes JSON mostly says escape=json, if not always here.
  const [first] = pieces
  return first !== undefined && 'literal' in first && first.literal.trimStart().startsWith('{') ? 'any' : 'hex'
}

/** The text of nginx's `log_format`, as it stands in nginx.conf or bare. */
export const readNginxFormat = (format: string): ReadFormat => {
  const read = readNginxText(format)
  const pieces = joined(read.pieces)
  const variables = variablesFor(pieces.flatMap((piece) => ('variable' in piece ? [piece.variable] : [])))
  const how = escapeOf(read)
  return {
    name: 'nginx.access',
    title: 'nginx access log of a log_format',
    url: 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
    directive: 'log_format',
    pieces,
    problems: read.problems,
    escape: how,
    absent: how === 'hex' ? '-' : '',
    of: variables.of,
    other: variables.other,
    rank: (name) => variables.ranked.indexOf(name),
    shown: (name) => `$${name.replace(':', ':$')}`,
    derive: (has) => ({
      ...(has('nginx.stream.status')
        ? { 'event.outcome': rangesOf('nginx.stream.status', [[400, 'success']], 'failure') }
        : {}),
      ...(has('destination.address') && !variables.ofStreams ? { 'url.domain': copy('destination.address') } : {}),
      ...(has('destination.port') && !variables.ofStreams ? { 'url.port': copy('destination.port') } : {}),
      ...(has('nginx.access.ssl_protocol') ? tlsVersionOf('nginx.access.ssl_protocol') : {}),
    }),
  }
}
