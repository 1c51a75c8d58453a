import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkGrammars } from '../grammar/check.ts'
import type { Grammar } from '../grammar/grammar.ts'
import { recognise } from '../grammar/recognise.ts'
import { type Inferred, infer, type Written } from '../mine/infer.ts'
import { loadFormats } from './formats.ts'

export interface InferredGrammar extends Inferred {
  /** The file's text, loaded and held against its samples here. Undefined where no grammar fits. */
  readonly text: string | undefined
  /** Of the lines that begin a record, how many there are and how many the grammar reads. */
  readonly records: number
  readonly fitting: number
  /** Templates with an alternative of their own. */
  readonly own: number
  /** The format there is already that recognises the lines, if one does. */
  readonly known: string | undefined
}

/** Lines that are held against the grammar made from them. */
const mostHeld = 5000
/** Lines a format is recognised by. */
const headLines = 100

const loaded = async (text: string): Promise<Grammar> => {
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-infer-'))
  try {
    const file = join(directory, 'grammar.ts')
    await writeFile(file, text)
    const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, Grammar>>
    return Object.values(module)[0]!
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Alternatives that `check` has something against: their lines are left to the last one. */
const blamed = (grammar: Grammar, name: string, written: readonly Written[]): ReadonlySet<number> => {
  const found = new Set<number>()
  for (const { text } of checkGrammars([grammar])) {
    const number = /\.(\d+)\b/.exec(text.replace(name, ''))?.[1]
    const blame = number === undefined ? written.length - 1 : Number(number) - 1
    if (blame >= 0 && blame < written.length) found.add(blame)
  }
  return found
}

/** Templates of the lines and a grammar for them that loads, passes `check`, and reads its samples. */
export const inferGrammar = async (lines: readonly string[], name: string): Promise<InferredGrammar> => {
  const inferred = infer(lines, name)
  const found = recognise(Buffer.from(lines.slice(0, headLines).join('\n')), (await loadFormats()).grammars)
  const known = found.kind === 'one' ? found.grammar.name : undefined
  let { written } = inferred
  for (;;) {
    const text = inferred.source(written)
    if (text === undefined) return { ...inferred, text, records: lines.length, fitting: 0, own: 0, known }
    const grammar = await loaded(text)
    const wrong = blamed(grammar, name, written)
    if (wrong.size > 0) {
      written = written.filter((_, i) => !wrong.has(i))
      continue
    }
    const begun = lines.filter((line) => inferred.begins(line)).slice(0, mostHeld)
    const fitting = begun.filter((line) => grammar.explain(line) === undefined).length
    return {
      ...inferred,
      text,
      records: begun.length,
      fitting,
      own: new Set(written.map(({ template }) => template)).size,
      known,
    }
  }
}
