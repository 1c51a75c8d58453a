import { commas } from '../config/commas.ts'
import { parseListen } from '../config/units.ts'
import type { VariableName } from '../config/variables.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { BeatsOptions } from '../source/beats.ts'
import type { Wrong } from './check-settings.ts'
import type { UserConfig } from './config.ts'

/** Each names files of one kind. */
export const sourceVariables = [
  'TAILRACE_NGINX_ACCESS',
  'TAILRACE_NGINX_ERROR',
  'TAILRACE_MYSQL_SLOW',
  'TAILRACE_MYSQL_ERROR',
  'TAILRACE_REDIS',
  'TAILRACE_CELERY',
  'TAILRACE_APP',
  'TAILRACE_DOCKER',
] as const
type Variable = (name: VariableName) => string | undefined

/** What is read: what the configuration says, and what variables name. */
export const pipelinesOf = async (user: UserConfig, variable: Variable, wrong: Wrong): Promise<readonly Pipeline[]> => {
  const named = sourceVariables
    .map((name) => [name, variable(name)] as const)
    .filter(([, globs]) => globs !== undefined)
  const beats = beatsOf(variable('TAILRACE_BEATS_LISTEN'), wrong)
  if (user.pipelines !== undefined && named.length === 0 && beats === undefined) return user.pipelines.flat()
  const { beatsPipeline, builtinPipelines } = await import('./builtin.ts')
  const pushed = beats === undefined ? [] : [await beatsPipeline(beats)]
  if (user.pipelines !== undefined && named.length === 0) return [...user.pipelines.flat(), ...pushed]
  const globs = Object.fromEntries(named.map(([name, text]) => [name, commas(text!)]))
  // Naming sources in the environment means these, and no default path beside them.
  return [...(await builtinPipelines(globs, named.length === 0 && beats === undefined)), ...pushed]
}

/** `host:port`, and `insecure` behind it where that is meant. */
const beatsOf = (given: string | undefined, wrong: Wrong): BeatsOptions | undefined => {
  if (given === undefined) return undefined
  const [address = '', word, ...rest] = given.trim().split(/\s+/)
  const listen = parseListen(address)
  if (listen === undefined || rest.length > 0 || (word !== undefined && word !== 'insecure')) {
    wrong(`TAILRACE_BEATS_LISTEN is '${given}'`, 'It takes host:port, as 127.0.0.1:5044, or host:port insecure')
    return undefined
  }
  return { ...listen, insecure: word === 'insecure' }
}
