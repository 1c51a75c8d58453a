import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { placeOf } from '../config/place.ts'
import { type Diagnostic, type Site, siteOf } from '../event/diagnostic.ts'
import type { DefinedConfig } from './config.ts'
import { loadProblem } from './load-problem.ts'

const defaultFile = 'tailrace.config.ts'
const places = ['.', '/etc/tailrace']

/** The configuration file in force: the one named, else the first default one there is. */
export const findConfig = (given: string | undefined, cwd: string): string | undefined =>
  given === undefined
    ? places.map((place) => resolve(cwd, place, defaultFile)).find((path) => existsSync(path))
    : resolve(cwd, given)

const unusable = (file: string): Pick<Diagnostic, 'text' | 'mend'> | undefined => {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined)
    return { text: 'the configuration file does not exist', mend: 'Create it, or name another with --config' }
  if (!stats.isFile()) return { text: 'this is no file', mend: 'Name the configuration file itself with --config' }
  return undefined
}

/** What the file exports; undefined, and what is wrong in `problems`, where that is no configuration. */
export const importConfig = async (file: string, problems: Diagnostic[]): Promise<DefinedConfig | undefined> => {
  try {
    const fault = unusable(file)
    if (fault !== undefined) {
      problems.push({ file, ...fault })
      return undefined
    }
    const module = (await import(pathToFileURL(file).href)) as { default?: DefinedConfig }
    if (module.default !== null && typeof module.default === 'object' && 'settings' in module.default)
      return module.default
    problems.push({
      file,
      text: 'the file exports no configuration',
      mend: 'Write `export default defineConfig({ … })`',
    })
  } catch (error) {
    problems.push(loadProblem(error, file, 'the file'))
  }
  return undefined
}

/** The place of a setting as far as the text shows it, else that of the call that defines the configuration. */
export const createLocator = (
  defined: DefinedConfig | undefined,
): ((path: readonly (string | number)[]) => Partial<Site>) => {
  const site = defined === undefined ? undefined : siteOf(defined.site)
  if (site === undefined) return () => ({})
  let text: string | undefined
  return (path) => {
    try {
      text ??= readFileSync(site.file, 'utf8')
    } catch {
      return site
    }
    const before = text.split('\n').slice(0, site.line - 1)
    const from = before.reduce((sum, line) => sum + line.length + 1, 0) + site.column - 1
    return { ...site, ...placeOf(text, from, path) }
  }
}
