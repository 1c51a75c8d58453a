import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Exit, usage } from './exit.ts'

/** An editor ends a file with a line end that the record did not have. */
const withoutAddedEnd = (after: Buffer, before: Buffer): Buffer =>
  after.at(-1) === 10 && before.at(-1) !== 10 ? after.subarray(0, after.at(-2) === 13 ? -2 : -1) : after

/** Lets a person change bytes with `$VISUAL` or `$EDITOR`, in a file that nobody else may read. */
export const editBytes = async (before: Buffer): Promise<Buffer> => {
  const editor = process.env['VISUAL'] || process.env['EDITOR']
  if (editor === undefined || editor === '')
    throw usage('no editor is named: set VISUAL or EDITOR, or give the record with --raw-file')
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-edit-'))
  const file = join(directory, 'record')
  try {
    await writeFile(file, before, { mode: 0o600 })
    // The variable may hold arguments, as `code --wait`: a shell takes it apart.
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' })
    const [code] = (await once(child, 'exit')) as [number | null]
    if (code !== 0) throw new Exit(1, `the editor ended with ${code ?? 'a signal'}; nothing was changed`)
    return withoutAddedEnd(await readFile(file), before)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** The bytes of a file, or of standard input where it is `-`, without their last line end. */
export const readBytes = async (file: string): Promise<Buffer> => {
  let bytes: Buffer
  if (file === '-') {
    const chunks: Buffer[] = []
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
    bytes = Buffer.concat(chunks)
  } else {
    try {
      bytes = await readFile(file)
    } catch (error) {
      throw new Exit(2, `${file} cannot be read: ${(error as Error).message}`, { cause: error })
    }
  }
  return withoutAddedEnd(bytes, Buffer.alloc(0))
}
