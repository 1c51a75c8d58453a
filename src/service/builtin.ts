import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Grammar } from '../grammar/grammar.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { type BeatsOptions, beats } from '../source/beats.ts'
import { containerEnvelopes } from '../source/envelope/containers.ts'
import { follow } from '../source/follow.ts'
import type { Source } from '../source/source.ts'
import { OperationError } from './control.ts'
import { loadFormats } from './formats.ts'

const folder = new URL('../../pipelines/', import.meta.url)

/** Variables that name the files of a built-in pipeline. */
const overridden = {
  TAILRACE_NGINX_ACCESS: 'nginx.access',
  TAILRACE_NGINX_ERROR: 'nginx.error',
  TAILRACE_MYSQL_SLOW: 'mysql.slowlog',
  TAILRACE_MYSQL_ERROR: 'mysql.error',
  TAILRACE_REDIS: 'redis',
  TAILRACE_CELERY: 'celery',
  TAILRACE_APP: 'app',
  TAILRACE_DOCKER: 'docker',
} as const

const loadPipelines = async (): Promise<readonly Pipeline[]> => {
  const files = (await readdir(folder)).filter((name) => /(?<!\.d|\.tests)\.[tj]s$/.test(name)).sort()
  const modules = await Promise.all(
    files.map((name) => import(new URL(name, folder).href) as Promise<{ default?: Pipeline | readonly Pipeline[] }>),
  )
  return modules.flatMap(({ default: given }) => given ?? [])
}

const withPaths = (pipeline: Pipeline, paths: readonly string[], name = pipeline.source.name): Pipeline => ({
  ...pipeline,
  source: pipeline.source.at?.(name, paths) ?? follow({ name, paths }),
})

/** Which built-in pipeline reads which logs of the demo. */
const demoLogs = {
  'nginx.access': 'nginx/access.log',
  'nginx.error': 'nginx/error.log',
  'mysql.slowlog': 'mysql/slow.log',
  app: 'app/*.log',
} as const

/** The built-in pipelines, on the logs of the demo: its machines run on UTC. */
export const demoPipelines = async (directory: string): Promise<readonly Pipeline[]> =>
  (await loadPipelines()).flatMap((pipeline) => {
    const logs = (demoLogs as Readonly<Record<string, string>>)[pipeline.name]
    if (logs === undefined) return []
    return [{ ...withPaths(pipeline, [join(directory, logs)], `demo.${pipeline.name}`), timezone: 'UTC' }]
  })

/** Every pipeline of `pipelines/`; with globs named, those pipelines on those files, and the rest only with `others`. */
export const builtinPipelines = async (
  globs: Readonly<Record<string, readonly string[]>>,
  others: boolean,
): Promise<readonly Pipeline[]> => {
  const all = await loadPipelines()
  const named = new Map(
    Object.entries(overridden).flatMap(([variable, name]) =>
      globs[variable] === undefined ? [] : [[name as string, globs[variable]]],
    ),
  )
  return all.flatMap((pipeline) => {
    const paths = named.get(pipeline.name)
    return paths !== undefined ? [withPaths(pipeline, paths)] : others ? [pipeline] : []
  })
}

/** Source and pipeline of files that a command names. */
export const namedFiles = 'files'

/**
 * One pipeline over files a command names: any format, recognised from the first lines. It does what the built-in
 * pipelines do with each; a step does nothing where its field is not.
 */
export const recognisedPipeline = async (globs: readonly string[], parser: string | undefined): Promise<Pipeline> => {
  const { grammars } = await loadFormats()
  const parsers = parser === undefined ? grammars : grammars.filter(({ name }) => name === parser)
  if (parsers.length === 0)
    throw new OperationError(
      2,
      `there is no parser '${parser}'; 'tailrace parsers' lists ${grammars.map(({ name }) => name).join(', ')}`,
    )
  return anyFormat(
    namedFiles,
    { ...follow({ name: namedFiles, paths: globs }), detects: containerEnvelopes() },
    parsers,
  )
}

/** What Beats send: each event's own file tells its format. */
export const beatsPipeline = async (options: BeatsOptions): Promise<Pipeline> => {
  const source = beats(options)
  const mend =
    'Set it to `host:port insecure`, or write beats({ host, port, tls: { certificate, key, clientCa } }) in tailrace.config.ts'
  const { grammars } = await loadFormats()
  return anyFormat('beats', { ...source, listens: { ...source.listens!, site: undefined, mend } }, grammars)
}

/** A pipeline for these formats that does what the built-in ones do with each. */
const anyFormat = async (name: string, source: Source, parsers: readonly Grammar[]): Promise<Pipeline> => {
  const all = await loadPipelines()
  const wanted = new Set(parsers.map((parser) => parser.name))
  const alike = all.filter((pipeline) => pipeline.parsers.some((parser) => wanted.has(parser.name)))
  const transforms = new Map(alike.flatMap((pipeline) => pipeline.transforms.map((step) => [step.name, step])))
  const rules = new Map(alike.flatMap((pipeline) => pipeline.rules.map((rule) => [rule.name, rule])))
  return {
    name,
    source,
    parsers,
    transforms: [...transforms.values()],
    rules: [...rules.values()],
    problems: [...(source.problems ?? []), ...parsers.flatMap(({ problems }) => problems)],
  }
}
