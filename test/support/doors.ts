import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Ended, tailrace } from './tailrace.ts'

/** A configuration in `folder` that follows `doors.log` there, with one grammar that a test changes. */
export interface Doors {
  write(name: string, text: string): void
  /** `captures`: behind the literal that each line begins with. */
  define(captures: string, sample: string): void
  /** Steps behind the parser: `.through(…)`; and further settings. */
  configure(steps: string, settings?: string): void
  run(...args: readonly string[]): Promise<Ended>
}

export const doorsIn = (folder: string, dataset: string, environment: Readonly<Record<string, string>> = {}): Doors => {
  mkdirSync(folder)
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  const configure = (steps: string, settings = ''): void =>
    write(
      'tailrace.config.ts',
      `import { alias, defineConfig, duckdb, elasticsearch, follow, pipeline } from 'tailrace'
import { doors } from './doors.ts'
export default defineConfig({ pipelines: [pipeline('doors').from(follow({ name: 'doors', paths: ['*.log'] })).parse(doors)${steps}], web: false${settings} })
`,
    )
  configure('')
  return {
    write,
    configure,
    define(captures, sample) {
      const text = `@door ${sample}`
      write(
        'doors.ts',
        `import { grammar, int, ip, line, word } from 'tailrace'

export const doors = grammar({
  name: '${dataset}',
  line: line\`@door ${captures}\`,
  samples: ['${text}'],
})
`,
      )
    },
    async run(...args) {
      const { code, out, err } = await tailrace(folder, args, { environment })
      return { code, out: out.replaceAll(`${folder}/`, ''), err: err.replaceAll(`${folder}/`, '') }
    },
  }
}
