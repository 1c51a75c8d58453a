import type { Names } from './field-name.ts'
import { lexemes } from './lexeme.ts'
import { type Mined, mine } from './mine.ts'
import { escapeControls, literal, type Proposed, propose } from './propose.ts'
import { timeLayout } from './time-layout.ts'

export interface Inferred extends Mined {
  /** Messages that have an alternative of their own in the grammar, the one that says most first. */
  readonly written: readonly Written[]
  /**
   * A file for `parsers/` with these of them; what is left out is read by a last alternative where records begin with a
   * time. Undefined where nothing would be left.
   */
  source(written: readonly Written[]): string | undefined
  /** Whether a record may begin with the line. */
  begins(line: string): boolean
}

export interface Written {
  readonly template: number
  readonly proposal: Proposed
}

/** Templates written out one by one; rarer ones are left to the last alternative. */
const mostWritten = 40

/** How a record begins, where most lines begin with a time: what stands before it, its layout, and what ends it. */
interface Opening {
  readonly before: string
  readonly layout: string
  /** The mark behind the time. */
  readonly after: string
}

const openingOf = (lines: readonly string[]): Opening | undefined => {
  const counts = new Map<string, number>()
  for (const line of lines.slice(0, 1000)) {
    const [one, two] = lexemes(line)
    const first = one?.shape === 'mark' ? two : one
    const layout = first?.shape === 'time' ? timeLayout([first.text]) : undefined
    const after = /[^\p{L}\p{N}]?/uy.exec(line.slice(first === undefined ? 0 : first.start + first.text.length))?.[0]
    if (layout === undefined || !after) continue
    const key = JSON.stringify({ before: line.slice(0, first!.start), layout, after })
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a)
  return most === undefined || most[1] * 2 < Math.min(lines.length, 1000) ? undefined : (JSON.parse(most[0]) as Opening)
}

const begins = ({ before, layout, after }: Opening, line: string): boolean => {
  const [one, two] = lexemes(line.slice(0, 64))
  const first = before === '' ? one : two
  return (
    line.startsWith(before) &&
    first?.start === before.length &&
    timeLayout([first.text]) === layout &&
    line.startsWith(after, first.start + first.text.length)
  )
}

const quoted = (text: string): string => `'${escapeControls(text.replace(/[\\']/g, '\\$&'))}'`

const identifierOf = (name: string): string =>
  name.replace(/[^a-zA-Z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '')

/** Characters of what values look like. */
const mostShown = 200

const fileOf = (
  name: string,
  opening: Opening | undefined,
  proposed: readonly Proposed[],
  others: readonly string[],
): string => {
  const uses = new Set(['grammar', 'type Infer', ...proposed.flatMap((one) => [...one.uses])])
  const when =
    opening === undefined
      ? ''
      : `${literal(opening.before)}\${time('@timestamp', ${quoted(opening.layout)})}${literal(opening.after)}`
  const catchAll = opening !== undefined && others.length > 0
  const one = proposed.length + (catchAll ? 1 : 0) === 1
  if (catchAll) for (const used of ['rest', 'time', 'line']) uses.add(used)
  if (!one) uses.add('oneOf')
  if (opening !== undefined) uses.add('starts').add('time').add('line')
  const lineOf = (line: string): string => `line\`${line}\``
  const framing = opening === undefined ? '' : '  framing,\n'
  const body = (label: string, { line, shown, samples, count }: Proposed): string =>
    `grammar({\n  name: ${quoted(label)},\n  // ${count} ${count === 1 ? 'line' : 'lines'}: ${escapeControls(shown.slice(0, mostShown))}\n  line: ${lineOf(line)},\n${framing}  samples: [\n${samples.map((sample) => `    ${quoted(sample)},\n`).join('')}  ],\n})`
  const parts = proposed.map((each, i) => body(one ? name : `${name}.${i + 1}`, each))
  if (catchAll)
    parts.push(
      body(one ? name : `${name}.other`, {
        line: `${when}\${rest('message')}`,
        shown: 'any other message',
        samples: others.slice(0, 1),
        uses,
        count: others.length,
      }),
    )
  const constant = identifierOf(name)
  const start = opening === undefined ? '' : `\nconst framing = starts([line\`${when}\`])\n`
  const all = one
    ? `export const ${constant} = ${parts[0]}`
    : `export const ${constant} = oneOf(\n  { name: ${quoted(name)}${opening === undefined ? '' : ', framing'} },\n${parts.map((part) => `  ${part.replaceAll('\n', '\n  ')},\n`).join('')})`
  return `import { ${[...uses].sort((a, b) => a.replace('type ', '').localeCompare(b.replace('type ', ''))).join(', ')} } from 'tailrace'\n${start}\n/** Made from lines: give the fields under app. names that say what they are. */\n${all}\nexport type ${constant[0]!.toUpperCase()}${constant.slice(1)} = Infer<typeof ${constant}>\n`
}

/** Templates of the lines, and a grammar that reads them, under the name given. */
export const infer = (lines: readonly string[], name: string): Inferred => {
  const mined = mine(lines)
  const opening = openingOf(lines)
  const names: Names = new Map()
  const written: Written[] = []
  const order = [...mined.templates.keys()].sort(
    (a, b) => mined.templates[b]!.lines.length - mined.templates[a]!.lines.length,
  )
  for (const number of order) {
    const template = mined.templates[number]!
    if (opening !== undefined && !begins(opening, lines[template.lines[0]!]!)) continue
    if (written.length < mostWritten)
      written.push(
        ...propose(template, lines, mined.messageAt, names).map((proposal) => ({ template: number, proposal })),
      )
  }
  // What says more comes first: a message with fewer values is not taken for one with more.
  const constant = ({ proposal }: Written): number => proposal.line.replace(/\$\{[^}]*\}/g, '').length
  return {
    ...mined,
    written: written.sort((a, b) => constant(b) - constant(a)),
    begins: (line) => opening === undefined || begins(opening, line),
    source(chosen) {
      const own = new Set(chosen.map(({ template }) => template))
      const others = lines.filter((line, i) => !own.has(mined.of[i]!) && opening !== undefined && begins(opening, line))
      return chosen.length === 0 && others.length === 0
        ? undefined
        : fileOf(
            name,
            opening,
            chosen.map(({ proposal }) => proposal),
            others,
          )
    },
  }
}
