import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Benchmark } from './support/benchmark.ts'
import { compare } from './support/compare.ts'
import { secondsOf } from './support/process.ts'

const root = join(import.meta.dirname, '..')
const captures = 15

/** A grammar whose fields are its own, so that nothing of one is known from another. */
const grammarText = (number: number): string => {
  const fields = Array.from({ length: captures }, (_, i) => {
    const field = `'app.g${number}.f${i}'`
    const kinds = [`word(${field})`, `int(${field})`, `number(${field})`, `or('-', text(${field}))`, `ip(${field})`]
    return `\${${kinds[i % kinds.length]!}}`
  })
  const values = ['w', '1', '1.5', '-', '10.0.0.1']
  const sample = fields.map((_, i) => values[i % values.length]!).join('|')
  return `import { grammar, type Infer, int, ip, line, number, or, text, word } from 'tailrace'
export const g${number} = grammar({ name: 'app.g${number}', line: line\`${fields.join('|')}\`, samples: ['${sample}'] })
export type G${number} = Infer<typeof g${number}>
export const first${number} = (event: G${number}): string => event['app.g${number}.f0']
export const second${number} = (event: G${number}): number => event['app.g${number}.f1']
`
}

const writeProject = async (folder: string, grammars: number): Promise<string> => {
  const place = join(folder, `grammars-${grammars}`)
  await mkdir(place)
  for (let i = 0; i < grammars; i++) await writeFile(join(place, `g${i}.ts`), grammarText(i))
  await writeFile(join(place, 'package.json'), '{"type":"module"}')
  const compilerOptions = {
    paths: { tailrace: [join(root, 'src/index.ts')] },
    typeRoots: [join(root, 'node_modules/@types')],
  }
  const project = join(place, 'tsconfig.json')
  await writeFile(project, JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'] }))
  return project
}

const types: Benchmark = {
  name: 'type-check',
  about: `what the compiler takes for grammars of ${captures} captures; one shows what the program itself takes`,
  async run({ folder, rounds }) {
    const subject = async (grammars: number) => {
      const project = await writeProject(folder, grammars)
      return {
        name: grammars === 1 ? '1 grammar' : `${grammars} grammars`,
        ...(grammars === 1 ? {} : { goals: [{ figure: 'seconds' as const, atMost: 2 }] }),
        measure: async () => ({
          seconds: await secondsOf(join(root, 'node_modules/typescript/bin/tsc'), ['-p', project]),
        }),
      }
    }
    return compare([await subject(1), await subject(200)], { rounds })
  },
}
export default types
