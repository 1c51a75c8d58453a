import { markSite } from '../event/diagnostic.ts'
import type { FieldName, FieldTable } from '../event/field.ts'
import { readApacheFormat } from './apache-format.ts'
import { isApacheFormat } from './apache-format-text.ts'
import { skip } from './capture.ts'
import { extensionOf, rangesOf } from './derive.ts'
import type { FormatPiece } from './format-pieces.ts'
import type { ReadFormat } from './format-variable.ts'
import { define, type Grammar, type GrammarSpec } from './grammar.ts'
import { sequence } from './line.ts'
import { escaped } from './modify.ts'
import { readNginxFormat } from './nginx-format.ts'
import type { HeldAs, Part } from './part.ts'

export interface LogFormatOptions
  extends Partial<Pick<GrammarSpec, 'name' | 'title' | 'samples' | 'moreGeneralThan'>> {}

/** What a line may yield; the text of a format is no type, so all of it is optional. */
export type LogFormatEvent = { readonly [N in FieldName]?: HeldAs<N, FieldTable[N]['type']> }

type Place = Exclude<FormatPiece, { readonly literal: string }>

const isVariable = (piece: FormatPiece | undefined): piece is Place => piece !== undefined && 'variable' in piece

/**
 * The field of each variable. One whose field another has taken has one of its own under the server's name; what would only
 * say the same again, and a variable logged twice, are undefined.
 */
const fieldsFor = (names: readonly string[], format: ReadFormat): ReadonlyMap<string, string> => {
  const taken = new Set<string>()
  const chosen = new Map<string, string>()
  const ranked = [...new Set(names)].toSorted((a, b) => format.rank(a) - format.rank(b))
  for (const name of ranked) {
    const { fields, also, kind } = format.of(name)
    const free = fields.find((field) => !taken.has(field))
    if (free === undefined && kind.repeats === true) continue
    const own = format.other(name).fields[0]!
    let other = own
    for (let i = 2; free === undefined && taken.has(other); i++) other = `${own}_${i}`
    const target = free ?? other
    chosen.set(name, target)
    for (const field of free === undefined ? [target] : [target, ...also]) taken.add(field)
  }
  return chosen
}

/** Lines of the format: with everything, with nothing where that may be, with what is no request. */
const samplesOf = ({ pieces, of, absent }: ReadFormat): readonly string[] =>
  [0, 1, 2].map((k) =>
    pieces
      .map((piece) => {
        if (!isVariable(piece)) return piece.literal
        const { samples, kind } = of(piece.variable)
        if (k === 1 && samples.length === 1 && kind.always !== true) return absent
        return samples[k] ?? samples[0]!
      })
      .join(''),
  )

/**
 * A grammar from the text by which a server writes its access log: nginx's `log_format` or Apache's `LogFormat`, as it stands
 * in the server's configuration or bare: `logFormat('$remote_addr [$time_local] "$request" $status $request_time')`,
 * `logFormat('%h %l %u %t "%r" %>s %b %{ms}T')`. Variables become the fields that `nginx.access` and `apache.access` have,
 * times of the request `event.duration`, those of upstreams lists; others are text under `nginx.access.variables`, of Apache
 * under `apache.access.request_headers`, `response_headers`, `cookies`, `notes`, `environment`, `ssl`. Of nginx a format
 * with a variable that only streams have is read as `nginx.stream` is. Parts of Apache's times that stand side by side are one
 * time. What a variable had no value for is absent.
 */
export const logFormat = (format: string, options: LogFormatOptions = {}): Grammar<LogFormatEvent> => {
  const site = markSite(logFormat)
  const read = isApacheFormat(format) ? readApacheFormat(format) : readNginxFormat(format)
  const { pieces, escape: how } = read
  const problems = [...read.problems]
  const targets = fieldsFor(
    pieces.filter(isVariable).map(({ variable }) => variable),
    read,
  )
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
    const shown = read.shown(variable)
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
    const own = read.of(variable)
    if (target === undefined || seen.has(variable)) parts.push(own.kind.skip?.() ?? escaped(how, skip()))
    else {
      const { kind } = own.fields.includes(target) ? own : read.other(variable)
      parts.push(kind.part(target, { escape: how, before }))
    }
    seen.add(variable)
    literals.push('')
  })
  // With mistakes of its own, what a layout says of it would say the same again.
  const part = problems.length === 0 ? sequence(literals, parts, site) : skip('rest')
  const has = (name: string): boolean => part.fields.some((one) => one.name === name)
  const { name = read.name, title = read.title, samples, moreGeneralThan } = options
  return define<LogFormatEvent>({
    name,
    title,
    url: read.url,
    site,
    samples: [...(samples ?? []), ...(problems.length === 0 ? samplesOf(read) : ['-'])],
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
              .map(({ at, text, mend }) => ({ site, text: `${read.directive}, character ${at}: ${text}`, mend })),
          ],
        },
        derive: {
          ...(has('http.response.status_code')
            ? { 'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure') }
            : {}),
          ...(has('url.path') ? { 'url.extension': extensionOf('url.path') } : {}),
          ...read.derive(has),
        },
      },
    ],
  })
}
