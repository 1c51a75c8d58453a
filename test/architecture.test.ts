import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importsOf } from './support/imports-of.ts'

/** What a folder of src/ may import beside itself; see ARCHITECTURE.md. */
interface Row {
  /** Folders of src/, or `folder/file.ts` for one file of it. */
  readonly folders: readonly string[] | 'all'
  /** Whether Node's own modules may be imported; default yes. */
  readonly node?: boolean
  /** Packages, default any. */
  readonly packages?: readonly string[]
}

/** The files by which a folder is known to those who may not see its inside. */
const interfaces = {
  source: ['source/source.ts'],
  transform: ['transform/transform.ts'],
  store: [
    'store/store.ts',
    'store/sink.ts',
    'store/aggregate.ts',
    'store/ledger.ts',
    'store/ledger-rows.ts',
    'store/dead-letter.ts',
  ],
  alert: ['alert/rule.ts', 'alert/alert.ts'],
}

const reader = ['event', 'query', 'config', 'access', ...interfaces.store, ...interfaces.alert]

const law: Readonly<Record<string, Row>> = {
  event: { folders: ['memory'], node: false, packages: [] },
  memory: { folders: ['event'], node: false, packages: [] },
  telemetry: { folders: [], node: false, packages: ['pino', 'prom-client'] },
  durable: { folders: [], packages: [] },
  config: { folders: ['event', 'memory'] },
  query: { folders: ['event', 'memory'] },
  grammar: { folders: ['event', 'memory'] },
  mine: { folders: ['event', 'memory', 'grammar'] },
  source: { folders: ['event', 'memory', 'durable', 'config'] },
  transform: { folders: ['event', 'memory', 'config', 'query', 'mine', 'grammar/within-time.ts'] },
  store: { folders: ['event', 'memory', 'durable', 'query', 'config'] },
  pipeline: {
    folders: [
      'event',
      'memory',
      'grammar',
      'query',
      ...interfaces.source,
      ...interfaces.transform,
      ...interfaces.store,
      ...interfaces.alert,
    ],
  },
  alert: { folders: ['event', 'query', 'durable', ...interfaces.store] },
  notify: { folders: [...reader, 'durable'] },
  digest: { folders: [...reader, 'notify/mail.ts', 'notify/print-time.ts'] },
  web: { folders: reader },
  access: { folders: ['durable', 'config'] },
  migrate: { folders: ['config', 'grammar', 'event'] },
  service: { folders: 'all' },
  cli: { folders: 'all' },
}

/** What the folders beside src/ may import beside themselves. */
const outside: Readonly<Record<string, readonly string[]>> = {
  parsers: [],
  pipelines: ['parsers'],
  dashboards: ['parsers'],
}

const withoutTelemetry = new Set(['event', 'memory'])
const root = join(import.meta.dirname, '..')

function sourceFiles(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

/** `path` as seen from the root, `node:fs`, or the package's name. */
function target(file: string, specifier: string): string {
  if (specifier.startsWith('.')) {
    return relative(root, join(root, dirname(file), specifier))
      .split(sep)
      .join('/')
  }
  if (specifier.startsWith('node:')) return specifier
  return specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '')
}

/** Why `file` may not import `to`; undefined when it may. */
function objection(file: string, to: string): string | undefined {
  const [top = '', folder = ''] = file.split('/')
  if (top !== 'src') {
    if (to === 'tailrace' || [top, ...(outside[top] ?? [])].some((each) => to.startsWith(`${each}/`))) return undefined
    return `${top} may import tailrace${(outside[top] ?? []).map((each) => ` and ${each}`).join('')} only`
  }
  if (to === 'tailrace' || to === 'src/index.ts') return 'inside src nobody imports index.ts'
  if (file === 'src/index.ts') {
    return /^src\/(cli|service\/main)\b/.test(to) ? 'nothing imports cli' : undefined
  }
  const row = law[folder]
  if (row === undefined) return `src/${folder} has no row in the import law`
  if (to.startsWith('node:')) return row.node === false ? `${folder} imports nothing of Node` : undefined
  if (!to.startsWith('src/')) {
    const other = to.split('/')[0] ?? ''
    if (['test', 'bench', 'fixtures'].includes(other)) return 'src needs nothing of the tests'
    if (other in outside) return row.folders === 'all' ? undefined : `only service and cli know ${other}`
    return row.packages === undefined || row.packages.includes(to) ? undefined : `${folder} does not import ${to}`
  }
  return insideObjection(file, folder, row, to.slice('src/'.length))
}

function insideObjection(file: string, folder: string, row: Row, to: string): string | undefined {
  const other = to.split('/')[0] ?? ''
  if (other === folder) {
    const [mine, theirs] = [file.split('/')[2], to.split('/')[1]]
    const engines = ['duckdb', 'elasticsearch']
    const crossed =
      folder === 'store' && mine !== theirs && [mine, theirs].every((each) => engines.includes(each ?? ''))
    return crossed ? 'duckdb and elasticsearch never see each other' : undefined
  }
  if (other === 'cli') return 'nothing imports cli'
  if (other === 'service') return folder === 'cli' ? undefined : 'only cli imports service'
  if (other === 'telemetry' && !withoutTelemetry.has(folder)) return undefined
  if (row.folders === 'all' || row.folders.includes(other) || row.folders.includes(to)) return undefined
  return `${folder} may import ${[...row.folders, ...(withoutTelemetry.has(folder) ? [] : ['telemetry'])].join(', ')} only`
}

describe('the import law', () => {
  it.each(['src', 'parsers', 'pipelines', 'dashboards'])('holds in every file of %s', (folder) => {
    const broken = sourceFiles(folder).flatMap((file) =>
      importsOf(readFileSync(join(root, file), 'utf8')).flatMap((specifier) => {
        const why = file.endsWith('.js') ? undefined : objection(file, target(file, specifier))
        return why === undefined ? [] : [`${file} imports ${specifier}: ${why}`]
      }),
    )
    expect(broken).toEqual([])
  })

  it.each([
    ['src/event/batch.ts', 'node:fs'],
    ['src/event/batch.ts', 'src/telemetry/log.ts'],
    ['src/memory/arena.ts', 'zod'],
    ['src/telemetry/log.ts', 'fastify'],
    ['src/telemetry/log.ts', 'src/event/batch.ts'],
    ['src/source/follow.ts', 'src/grammar/grammar.ts'],
    ['src/pipeline/run.ts', 'src/store/duckdb/store.ts'],
    ['src/store/duckdb/store.ts', 'src/store/elasticsearch/client.ts'],
    ['src/grammar/time.ts', 'src/index.ts'],
    ['src/grammar/time.ts', 'tailrace'],
    ['src/service/run.ts', 'src/cli/main.ts'],
    ['src/web/server.ts', 'src/service/service.ts'],
    ['src/web/server.ts', 'src/pipeline/run.ts'],
    ['src/source/follow.ts', 'parsers/nginx-access.ts'],
    ['src/cli/try.ts', 'test/support/batch.ts'],
    ['src/novel/thing.ts', 'node:fs'],
    ['parsers/nginx-access.ts', 'node:fs'],
    ['parsers/nginx-access.ts', 'src/grammar/line.ts'],
    ['pipelines/nginx.ts', 'zod'],
  ])('refuses that %s imports %s', (file, to) => {
    expect(objection(file, to)).toBeTypeOf('string')
  })

  it('sees imports of every kind', () => {
    const text = `import a from './a.ts'
import type { B } from "./b.ts"
import {
  c,
  d,
} from './c.ts'
import './d.ts'
export * from './e.ts'
export type { F } from './f.ts'
const g = await import('./g.ts')
type H = import('./h.ts').H
// import i from './i.ts'
/* import j from './j.ts' */
const address = 'http://example.com' // import k from './k.ts'
const worker = new URL('./l.ts', import.meta.url)
`
    expect(importsOf(text)).toEqual([...'abcdefghl'].map((letter) => `./${letter}.ts`))
  })
})

describe('file names', () => {
  it('say what a file exports: no utils, types, helpers, and no barrel but src/index.ts', () => {
    const empty = /^(utils?|types|helpers?|common|misc|index)\.[jt]s$/
    const bad = ['src', 'parsers', 'pipelines', 'dashboards', 'test'].flatMap(sourceFiles).filter((file) => {
      return file !== 'src/index.ts' && empty.test(basename(file))
    })
    expect(bad).toEqual([])
  })
})
