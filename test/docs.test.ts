import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { referenceDocument } from './support/reference-document.ts'
import { scratchDir } from './support/scratch-dir.ts'
import { command } from './support/tailrace.ts'

const root = join(import.meta.dirname, '..')
const text = (path: string) => readFileSync(join(root, path), 'utf8')
const [node, main] = command
const tailrace = (args: readonly string[], cwd = root, program = main) =>
  spawnSync(node, [program, ...args], { cwd, encoding: 'utf8' })

/** Fenced blocks of a document: their language and text. */
const blocks = (document: string): { readonly language: string; readonly body: string }[] =>
  [...document.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({ language, body }))

/** `npx tailrace …` of a document, in blocks and in sentences: the words behind it. */
const commands = (document: string): string[][] =>
  [...document.matchAll(/npx tailrace ([^`\n]+)/g)].map(([, words = '']) =>
    [...words.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''),
  )

const documents = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'CHANGELOG.md']

describe('the documents', () => {
  it('name only commands and options that there are', { timeout: 180_000 }, () => {
    const help = new Map<string, string>()
    let seen = 0
    for (const words of documents.flatMap((name) => commands(text(name)))) {
      const [name = '', second = ''] = words
      const parent = ['dlq', 'alerts'].includes(name) ? `${name} ${second}` : name
      if (!help.has(parent)) {
        const { status, stdout } = tailrace([...parent.split(' '), '--help'])
        expect({ parent, status }).toEqual({ parent, status: 0 })
        help.set(parent, stdout)
      }
      for (const option of words.filter((word) => word.startsWith('-'))) {
        seen++
        expect(help.get(parent), words.join(' ')).toMatch(new RegExp(`(^|[ ,])${option}\\b`, 'm'))
      }
    }
    expect(help.size).toBeGreaterThan(8)
    expect(seen).toBeGreaterThan(3)
  })

  it('name only scripts and files that there are', () => {
    const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> }
    const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
    }).split('\n')
    for (const name of documents) {
      for (const [, script = ''] of text(name).matchAll(/npm run ([\w:]+)/g))
        expect(Object.keys(scripts)).toContain(script)
      for (const [, path = ''] of text(name).matchAll(
        /`((?:src|test|parsers|pipelines|\.ci)\/[\w./-]+\.\w+|\.ci\/run)`/g,
      ))
        expect(tracked, `${name} names ${path}`).toContain(path)
    }
  })

  it('hold what the code says of itself: npm run docs writes src/REFERENCE.md anew', async () => {
    expect(text('src/REFERENCE.md')).toBe(await referenceDocument())
  })

  it('say in README which variables and commands are there', () => {
    const named = [...text('README.md').matchAll(/TAILRACE_[A-Z_]+/g)].map(([name]) => name)
    for (const name of named) expect(text('src/REFERENCE.md')).toContain(`\`${name}\``)
  })
})

describe('CONTRIBUTING', () => {
  it('adds a format in the two files it shows, and the commands it gives say so', { timeout: 180_000 }, () => {
    using copy = scratchDir('tailrace-contributing')
    for (const name of ['src', 'parsers', 'pipelines', 'package.json', 'tsconfig.json'])
      cpSync(join(root, name), join(copy.path, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(copy.path, 'node_modules'))
    const section = text('CONTRIBUTING.md').split('## Add a format in two files')[1]!.split('\n## ')[0]!
    const files = blocks(section).filter(({ language }) => language !== 'sh')
    expect(files).toHaveLength(2)
    for (const { body } of files) {
      const [head = '', ...lines] = body.split('\n')
      const path = join(copy.path, head.replace(/^(\/\/|#) /, ''))
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, lines.join('\n'))
    }
    const says = commands(blocks(section).find(({ language }) => language === 'sh')!.body).map((words) => {
      const { status, stdout, stderr } = tailrace(words, copy.path, join(copy.path, 'src/cli/main.ts'))
      expect({ words, status }, stdout + stderr).toEqual({ words, status: 0 })
      return { words: words.join(' '), stdout, stderr }
    })
    const said = (words: string) => says.find((one) => one.words.startsWith(words))!
    expect(said('try door.log').stderr).toContain('2 records, 2 parsed, 0 failed')
    expect(said('try door.log').stdout).toContain('"user":{"name":"张伟"}')
    expect(said('try auto').stderr).toContain('recognised as door.log')
    expect(said('parsers').stdout).toContain('door.log')
    const types = spawnSync(node, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', '.'], {
      cwd: copy.path,
      encoding: 'utf8',
    })
    expect(types.stdout).not.toContain('parsers/door-log.ts')
  })
})
