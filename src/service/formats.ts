import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Diagnostic } from '../event/diagnostic.ts'
import type { Grammar } from '../grammar/grammar.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'

const folder = new URL('../../parsers/', import.meta.url)

const isGrammar = (value: unknown): value is Grammar =>
  typeof value === 'object' && value !== null && 'form' in value && 'read' in value && 'samples' in value

export interface Formats {
  /** By name, sorted. */
  readonly grammars: readonly Grammar[]
  readonly problems: readonly Diagnostic[]
}

/** Every format of `parsers/`: a new one costs a file there, and no list. */
export const loadFormats = async (): Promise<Formats> => {
  const files = (await readdir(folder)).filter((name) => /(?<!\.d)\.[tj]s$/.test(name)).sort()
  const grammars = new Map<string, Grammar>()
  const problems: Diagnostic[] = []
  for (const name of files) {
    const file = new URL(name, folder)
    try {
      const module = (await import(file.href)) as Readonly<Record<string, unknown>>
      for (const value of Object.values(module)) if (isGrammar(value)) grammars.set(value.name, value)
    } catch (error) {
      const text = error instanceof Error ? error.message.split('\n')[0]! : String(error)
      problems.push({ file: fileURLToPath(file), text: `the parser cannot be loaded: ${text}`, mend: 'Mend the file' })
    }
  }
  const all = [...grammars.values()].sort((a, b) => a.name.localeCompare(b.name))
  return { grammars: all, problems: [...problems, ...all.flatMap((one) => one.problems)] }
}

/** Pipelines that take every parser are given them. */
export const withFormats = async (pipelines: readonly Pipeline[]): Promise<readonly Pipeline[]> => {
  if (!pipelines.some(({ recognises }) => recognises)) return pipelines
  const { grammars } = await loadFormats()
  return pipelines.map((one) => (one.recognises === true ? { ...one, parsers: grammars } : one))
}
