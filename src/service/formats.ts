import { readdir, readFile, realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Diagnostic } from '../event/diagnostic.ts'
import type { Grammar } from '../grammar/grammar.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { loadProblem } from './load-problem.ts'

const folder = fileURLToPath(new URL('../../parsers/', import.meta.url))
const isScript = (name: string): boolean => /(?<!\.d)\.[tj]s$/.test(name)
const importsTailrace = /\bfrom\s+['"]tailrace['"]/

const scriptsIn = async (directory: string): Promise<readonly string[]> =>
  (await readdir(directory))
    .filter(isScript)
    .sort()
    .map((name) => resolve(directory, name))

/** Formats of one's own: scripts in `parsers/` of the working directory, if they import `tailrace`. Others are somebody else's. */
const ownScripts = async (): Promise<readonly string[]> => {
  const own = await realpath('parsers').catch(() => undefined)
  if (own === undefined || own === (await realpath(folder))) return []
  const scripts = await scriptsIn(own).catch(() => [])
  const texts = await Promise.all(scripts.map((script) => readFile(script, 'utf8').catch(() => '')))
  return scripts.filter((_, i) => importsTailrace.test(texts[i]!))
}

const isGrammar = (value: unknown): value is Grammar =>
  typeof value === 'object' && value !== null && 'form' in value && 'read' in value && 'samples' in value

export interface Formats {
  /** By name, sorted. */
  readonly grammars: readonly Grammar[]
  readonly problems: readonly Diagnostic[]
}

/** Every format of `parsers/`, and of a `parsers/` in the working directory: a new one costs a file there, and no list. */
export const loadFormats = async (): Promise<Formats> => {
  const files = [...(await scriptsIn(folder)), ...(await ownScripts())]
  const grammars = new Map<string, Grammar>()
  const problems: Diagnostic[] = []
  for (const file of files) {
    try {
      const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>
      for (const value of Object.values(module)) if (isGrammar(value)) grammars.set(value.name, value)
    } catch (error) {
      problems.push(loadProblem(error, file, 'the parser'))
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
