import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ScratchDir, scratchDir } from './support/scratch-dir.ts'

const root = join(import.meta.dirname, '..')
const text = (path: string) => readFileSync(join(root, path), 'utf8')
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
const { packages } = JSON.parse(text('package-lock.json')) as {
  packages: Record<
    string,
    { optionalDependencies?: object; bin?: object; integrity?: string; link?: boolean; resolved?: string }
  >
}
const manifest = JSON.parse(text('package.json')) as Record<'scripts' | 'bin' | 'optionalDependencies', object>

describe('the repository', () => {
  it('has at its top only what its map names', () => {
    const named = /^(\..+|package(-lock)?\.json|tsconfig(\.\w+)?\.json|(biome|knip)\.json|vitest\.config\.ts|LICENSE)$/
    const folders = ['src', 'parsers', 'pipelines', 'dashboards', 'test', 'fixtures', 'deploy', 'bench']
    const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md']
    const top = new Set(tracked.map((path) => path.split('/')[0] as string))
    expect([...top].filter((name) => !named.test(name) && ![...folders, ...documents].includes(name))).toEqual([])
  })

  it('names no package registry, and nothing of the machine it was written on', () => {
    const foreign = /registry\.npmjs|npmmirror|repo1?\.maven|pypi\.org|deb\.debian\.org|\.\.\/shared\/|\/work\/main/
    const bad = tracked.filter((path) => {
      if (path.startsWith('fixtures/') || path === 'test/repository.test.ts') return false
      try {
        return foreign.test(text(path))
      } catch {
        return false
      }
    })
    expect(bad).toEqual([])
  })

  it('opens its README with the two commands, which package.json knows', () => {
    const blocks = text('README.md').split('```')[1] ?? ''
    expect(blocks).toContain('npm ci && npm start')
    expect(blocks).toContain('npm ci && npm test')
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(['start', 'test', 'test:all', 'check']))
  })

  it('runs in .ci/run what the README says', () => {
    const script = text('.ci/run')
    for (const command of ['npm ci', 'npm test', 'npm run check', 'npm run test:slow']) {
      expect(script).toMatch(new RegExp(`^step ${command}( |$)`, 'm'))
    }
    expect(spawnSync('bash', ['-n', '.ci/run'], { cwd: root }).status).toBe(0)
  })

  it('has a lockfile that npm ci takes on any platform: npm run lock completes it', () => {
    const missing = Object.values(packages).flatMap((each) =>
      Object.keys(each.optionalDependencies ?? {}).filter((name) => packages[`node_modules/${name}`] === undefined),
    )
    expect(missing).toEqual([])
    expect(
      Object.keys(packages).filter((name) => /^node_modules\/node-.*(arm64|win)/.test(name) && packages[name]?.bin),
    ).toEqual([])
  })

  it('says of every package what its bytes must be, and takes none from elsewhere than a registry', () => {
    const foreign = Object.entries(packages).filter(
      ([name, { integrity, link, resolved }]) =>
        name !== '' &&
        link !== true &&
        (!/^sha512-[\w+/]{86}==$/.test(integrity ?? '') || /^(git|file|http:)/.test(resolved ?? '')),
    )
    expect(foreign.map(([name]) => name)).toEqual([])
    expect(Object.keys(packages).length).toBeGreaterThan(100)
  })

  it('installs without any install script', () => {
    expect(Object.keys(packages).filter((name) => 'hasInstallScript' in (packages[name] ?? {}))).toEqual([])
  })

  it('brings one Node of the version that .node-version names to every platform', () => {
    const versions = new Set(Object.values(manifest.optionalDependencies) as string[])
    expect(versions.size).toBe(1)
    expect([...versions][0]?.split('.')[0]).toBe(text('.node-version').trim())
    for (const name of Object.keys(manifest.optionalDependencies))
      expect(text('src/cli/installed-node.js')).toContain(name)
  })
})

/** A copy of the launcher beside a program of the test's own. */
function launcherWith(main: string): ScratchDir {
  const dir = scratchDir('tailrace-launcher')
  mkdirSync(join(dir.path, 'src/cli'), { recursive: true })
  for (const name of ['launcher.js', 'installed-node.js']) {
    cpSync(join(root, 'src/cli', name), join(dir.path, 'src/cli', name))
  }
  writeFileSync(join(dir.path, 'package.json'), '{"type":"module"}')
  writeFileSync(join(dir.path, 'src/cli/main.ts'), main)
  return dir
}

/** Stands in for the old Node a machine may have: only the version it tells is old. */
const pretendOldNode = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } })`

describe('the launcher under an older Node', () => {
  const start = (dir: ScratchDir, ...args: string[]) =>
    spawn(process.execPath, ['--import', pretendOldNode, join(dir.path, 'src/cli/launcher.js'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const install = (dir: ScratchDir) => symlinkSync(join(root, 'node_modules'), join(dir.path, 'node_modules'))

  it('hands arguments to the installed Node and its exit code back', async () => {
    using dir = launcherWith(
      'console.log(process.versions.node, process.argv.slice(2) satisfies string[]); process.exit(7)',
    )
    install(dir)
    const child = start(dir, 'try', '--log-format', 'a b')
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
    })
    const [code] = await once(child, 'close')
    expect(said).toBe(`${process.versions.node} [ 'try', '--log-format', 'a b' ]\n`)
    expect(code).toBe(7)
  })

  it('hands signals on, and gives the code of a program that answers them', async () => {
    using dir = launcherWith(
      `process.on('SIGTERM', () => process.exit(143)); setInterval(() => {}, 1e6); console.log('up')`,
    )
    install(dir)
    const child = start(dir)
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    expect((await once(child, 'close'))[0]).toBe(143)
  })

  it('exits with 128 and the number of the signal that killed the program', async () => {
    using dir = launcherWith(`process.kill(process.pid, 'SIGKILL')`)
    install(dir)
    expect((await once(start(dir), 'close'))[0]).toBe(137)
  })

  it('says what is missing where no Node was installed', async () => {
    using dir = launcherWith('')
    const child = start(dir)
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    expect((await once(child, 'close'))[0]).toBe(3)
    expect(said).toContain('needs Node 26')
  })
})
