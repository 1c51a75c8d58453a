import { markSite } from '../event/diagnostic.ts'
import type { FieldName, FieldTable } from '../event/field.ts'
import { skip, text, word } from './capture.ts'
import { copy, extensionOf, rangesOf } from './derive.ts'
import { define, type Grammar, type GrammarSpec } from './grammar.ts'
import { either, line, sequence } from './line.ts'
import { type FormatPiece, type FormatText, readFormatText } from './log-format-text.ts'
import { logVariables, type Variables, variablesFor } from './log-format-variables.ts'
import { escaped, or } from './modify.ts'
import type { HeldAs, Part } from './part.ts'
import { requestLine } from './request-line.ts'

export interface LogFormatOptions
  extends Partial<Pick<GrammarSpec, 'name' | 'title' | 'samples' | 'moreGeneralThan'>> {}

/** What a line may yield; the text of a format is no type, so all of it is optional. */
export type LogFormatEvent = { readonly [N in FieldName]?: HeldAs<N, FieldTable[N]['type']> }

type Escape = 'hex' | 'json' | 'any' | 'none'
type Place = Exclude<FormatPiece, { readonly literal: string }>

const isVariable = (piece: FormatPiece | undefined): piece is Place => piece !== undefined && 'variable' in piece

/** `$host:$server_port` as one: a colon alone does not tell where an IPv6 address ends. */
const joined = (pieces: readonly FormatPiece[]): readonly FormatPiece[] => {
  const all: FormatPiece[] = []
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i]!
    const colon = pieces[i + 1]
    const port = pieces[i + 2]
    if (isVariable(piece) && colon !== undefined && 'literal' in colon && colon.literal === ':' && isVariable(port)) {
      const pair = `${piece.variable}:${port.variable}`
      if (Object.hasOwn(logVariables, pair)) {
        all.push({ variable: pair, at: piece.at })
        i += 2
        continue
      }
    }
    all.push(piece)
  }
  return all
}

const requestFields = ['http.request.method', 'url.original', 'url.path', 'url.query', 'http.version']

/**
 * The field of each variable. One whose field another has taken is text under `nginx.access.variables`; a time, which
 * would only say the same again, and a variable logged twice are undefined.
 */
const fieldsFor = (names: readonly string[], variables: Variables): ReadonlyMap<string, string> => {
  const taken = new Set(names.includes('request') ? requestFields : [])
  const chosen = new Map<string, string>()
  const rank = variables.ranked
  const ranked = [...new Set(names)].toSorted((a, b) => rank.indexOf(a) - rank.indexOf(b))
  for (const name of ranked) {
    const { fields, also, kind } = variables.of(name)
    const free = fields.find((field) => !taken.has(field))
    if (free === undefined && kind.time === true) continue
    chosen.set(name, free ?? variables.other(name).fields[0]!)
    if (free !== undefined) for (const field of [free, ...also]) taken.add(field)
  }
  return chosen
}

const captureFor = (name: string, target: string, how: Escape, variables: Variables): Part => {
  const { kind, fields } = variables.of(name)
  const { read, plain } = fields.includes(target) ? kind : variables.other(name).kind
  const capture = read(target as never)
  return or('-', plain === true ? capture : escaped(how, capture))
}

/** `HTTP/1.1`, or whatever a client sent. */
const protocol = (how: Escape): Part =>
  either(
    line`HTTP/${word('http.version')}`,
    line`${or('-', escaped(how, text('nginx.access.variables.server_protocol')))}`,
  )

const requestSamples = ['GET /orders/7?page=2 HTTP/1.1', 'GET /orders', 'hello']

/** Lines of the format: with everything, with nothing where that may be, with what is no request. */
const samplesOf = (pieces: readonly FormatPiece[], how: Escape, variables: Variables): readonly string[] =>
  [0, 1, 2].map((k) =>
    pieces
      .map((piece) => {
        if (!isVariable(piece)) return piece.literal
        if (piece.variable === 'request') return requestSamples[k]!
        const { samples, kind } = variables.of(piece.variable)
        if (k === 1 && samples.length === 1 && kind.time !== true) return how === 'hex' ? '-' : ''
        return samples[k] ?? samples[0]!
      })
      .join(''),
  )

const escapeOf = ({ escape: stated, pieces }: FormatText): Escape => {
  if (stated !== undefined) return stated === 'default' ? 'hex' : stated
  // nginx's own default makes no valid JSON; whoever writes JSON mostly says escape=json, if not always here.
  const [first] = pieces
  return first !== undefined && 'literal' in first && first.literal.trimStart().startsWith('{') ? 'any' : 'hex'
}

/**
 * A grammar from the text of nginx's `log_format`, as it stands in nginx.conf or bare:
 * `logFormat('$remote_addr [$time_local] "$request" $status $request_time')`. Variables become the fields that
 * `nginx.access` has, times of the request `event.duration`, those of upstreams lists; others are text under
 * `nginx.access.variables`. A format with a variable that only streams have is read as `nginx.stream` is. What the variable
 * had no value for is absent.
 */
export const logFormat = (format: string, options: LogFormatOptions = {}): Grammar<LogFormatEvent> => {
  const site = markSite(logFormat)
  const read = readFormatText(format)
  const how = escapeOf(read)
  const pieces = joined(read.pieces)
  const problems = [...read.problems]
  const names = pieces.filter(isVariable).map(({ variable }) => variable)
  const variables = variablesFor(names)
  const targets = fieldsFor(names, variables)
  const literals: string[] = ['']
  const parts: Part[] = []
  const seen = new Set<string>()
  let last: string | undefined
  pieces.forEach((piece, i) => {
    if (!isVariable(piece)) {
      const lineEnd = piece.literal.search(/[\r\n]/)
      if (lineEnd >= 0)
        problems.push({
          at: piece.at + lineEnd,
          text: 'A line end stands in the format',
          mend: 'Take it out: records of several lines cannot be told apart',
        })
      literals[literals.length - 1] += piece.literal
      last = undefined
      return
    }
    const { variable, at } = piece
    const shown = `$${variable.replace(':', ':$')}`
    if (last !== undefined)
      problems.push({
        at,
        text: `Nothing stands between ${last} and ${shown}, so that no one can tell where the first ends`,
        mend: 'Put a blank or quotes between them',
      })
    last = shown
    const next = pieces[i + 1]
    const before = next !== undefined && 'literal' in next ? next.literal : ''
    const target = targets.get(variable)
    if (variable === 'request' && !seen.has(variable))
      parts.push(requestLine('nginx.access.request', { escape: how, before }))
    else if (target === undefined || seen.has(variable)) parts.push(escaped(how, skip()))
    else if (target === 'http.version') parts.push(protocol(how))
    else parts.push(captureFor(variable, target, how, variables))
    seen.add(variable)
    literals.push('')
  })
  // With mistakes of its own, what a layout says of it would say the same again.
  const part = problems.length === 0 ? sequence(literals, parts, site) : skip('rest')
  const has = (name: string): boolean => part.fields.some((one) => one.name === name)
  const { name = 'nginx.access', title = 'nginx access log of a log_format', samples, moreGeneralThan } = options
  return define<LogFormatEvent>({
    name,
    title,
    url: 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
    site,
    samples: [...(samples ?? []), ...(problems.length === 0 ? samplesOf(pieces, how, variables) : ['-'])],
    ...(moreGeneralThan === undefined ? {} : { moreGeneralThan }),
    parts: [
      {
        name,
        part: {
          ...part,
          problems: [
            ...part.problems,
            ...problems
              .toSorted((a, b) => a.at - b.at)
              .map(({ at, text, mend }) => ({ site, text: `log_format, character ${at}: ${text}`, mend })),
          ],
        },
        derive: {
          ...(has('http.response.status_code')
            ? { 'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure') }
            : {}),
          ...(has('url.path') ? { 'url.extension': extensionOf('url.path') } : {}),
          ...(has('nginx.stream.status')
            ? { 'event.outcome': rangesOf('nginx.stream.status', [[400, 'success']], 'failure') }
            : {}),
          ...(has('destination.address') && !variables.ofStreams ? { 'url.domain': copy('destination.address') } : {}),
          ...(has('destination.port') && !variables.ofStreams ? { 'url.port': copy('destination.port') } : {}),
        },
      },
    ],
  })
}
