import { exitCodes } from '../../src/cli/exit.ts'
import { laterVariables, variables } from '../../src/config/variables.ts'
import { failureCodes } from '../../src/event/failure.ts'
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
