import { exitCodes } from '../../src/cli/exit.ts'
import { laterVariables, variables } from '../../src/config/variables.ts'
import { failureCodes } from '../../src/event/failure.ts'
import { fieldOf } from '../../src/event/field.ts'
import type { Form } from '../../src/grammar/form.ts'
import type { Grammar } from '../../src/grammar/grammar.ts'
import { takes } from '../../src/service/check-settings.ts'
import { loadFormats } from '../../src/service/formats.ts'
import { type Setting, type Settings, type Shape, settingsSchema } from '../../src/service/settings-schema.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n')

/** Settings below one, under the name they are written by. */
const inside = (name: string, shape: Shape): readonly (readonly [string, Settings])[] => {
  switch (shape.kind) {
    case 'members':
      return [[name, shape.of]]
    case 'list':
      return inside(`${name}[]`, shape.of)
    case 'named':
      return inside(`${name}.<name>`, shape.of)
    case 'made':
      return Object.entries(shape.by).map(([by, settings]) => [`${name} ${by}`, settings])
    default:
      return []
  }
}
const settingRows = (settings: Settings, prefix: string): (readonly string[])[] =>
  Object.entries(settings).flatMap(([name, { about, shape, fallback = '' }]: [string, Setting]) => {
    const full = `${prefix}${name}`
    return [
      [`\`${full}\``, about, takes(shape), fallback],
      ...inside(full, shape).flatMap(([inner, more]) => settingRows(more, `${inner}.`)),
    ]
  })

/** What a program has to write for a format that asks for some members by the value of one: as the format has it. */
const contractOf = ({ name, title = '', form, samples }: Grammar): readonly (readonly [string, string, string])[] => {
  const json = form.alternatives.flatMap(({ ops }) => ops).find((op) => op.op === 'json' && op.needs !== undefined)
  if (json?.op !== 'json' || json.needs === undefined) return []
  const { field: told, by } = json.needs
  const rows = json.members.map(({ field, keys, value, required }) => {
    const needed = required ? ['all'] : Object.keys(by).filter((text) => by[text]!.includes(field))
    const [first, ...others] = keys.map((one) => `\`${one}\``)
    const held = value.as === 'words' ? value.words.map((word) => `\`${word}\``).join(', ') : typeOf(form, field)
    return [first!, others.join(', '), held, `\`${field}\``, fieldOf(field)?.about ?? '', needed.join(', ')]
  })
  return [
    [
      title,
      `What \`${name}\` reads: a JSON object a line. \`${told}\` says which members it has to have; where one is missing, the line is refused, and the failure names all that are.`,
      `${table(['member', 'or', 'holds', 'field', 'meaning', 'needed by'], rows)}\n\n\`\`\`json\n${samples.join('\n')}\n\`\`\``,
    ],
  ]
}
const typeOf = ({ fields }: Form, name: string): string => fields.find((field) => field.name === name)?.type ?? ''

/** `src/REFERENCE.md`: what the code says of itself. */
export const referenceDocument = async (): Promise<string> => {
  const { grammars } = await loadFormats()
  const sections: readonly (readonly [string, string, string])[] = [
    [
      'Settings',
      'Of `tailrace.config.ts`. A variable or an option of the command line wins over each.',
      table(['setting', 'meaning', 'takes', 'default'], settingRows(settingsSchema, '')),
    ],
    [
      'Variables',
      'Each also as `…_FILE`, which names a file that holds the value.',
      table(
        ['variable', 'meaning'],
        Object.entries(variables).map(([name, about]) => [
          `\`${name}\``,
          laterVariables.has(name) ? `${about} Not yet.` : about,
        ]),
      ),
    ],
    [
      'Formats',
      '`tailrace parsers` lists them with their fields, `tailrace fields` all fields there are.',
      table(
        ['parser', 'what it reads', 'described at'],
        grammars.map(({ name, title = '', url = '' }) => [`\`${name}\``, title, url]),
      ),
    ],
    ...grammars.flatMap(contractOf),
    [
      'Exit codes',
      'Of every command.',
      table(
        ['code', 'meaning'],
        Object.entries(exitCodes).map(([code, about]) => [code, about]),
      ),
    ],
    [
      'Failure codes',
      'Of dead letters (`tailrace dlq list`) and of `tailrace try --failures`.',
      table(
        ['code', 'meaning'],
        Object.entries(failureCodes).map(([code, about]) => [`\`${code}\``, about]),
      ),
    ],
  ]
  const text = sections.map(([title, intro, body]) => `## ${title}\n\n${intro}\n\n${body}\n`).join('\n')
  return `# Reference\n\nWritten by \`npm run docs\` from the code; a test holds it against it.\n\n${text}`
}
