import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Patterns, readPatternFile } from '../grammar/grok/pattern-file.ts'

/** The pattern files of a directory, as Logstash's `patterns_dir`, in the order of their names; or those of one file. */
export const readPatternDirectory = (path: string): Patterns => {
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => join(path, name))
        .sort()
    : [path]
  return new Map(files.flatMap((file) => [...readPatternFile(readFileSync(file, 'utf8'), file)]))
}
