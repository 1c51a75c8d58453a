import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const parsers = new URL('../../parsers/', import.meta.url).pathname

/** A configuration whose only pipeline reads JSON from a source: `source` is written as it stands in the file. */
export const writePushConfig = (directory: string, source: string, more = '', parser = 'json:jsonLog'): void => {
  const [file = '', grammar = ''] = parser.split(':')
  writeFileSync(
    join(directory, 'tailrace.config.ts'),
    `import { beats, defineConfig, duckdb, elasticsearch, env, http, pipeline } from 'tailrace'
import { ${grammar} } from '${parsers}${file}.ts'
export default defineConfig({
  ${more}
  pipelines: [pipeline('pushed').from(${source}).parse(${grammar})],
})
`,
  )
}
