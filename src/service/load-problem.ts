import { fileURLToPath } from 'node:url'
import type { Diagnostic } from '../event/diagnostic.ts'

const pathOf = (text: string): string => (text.startsWith('file:') ? fileURLToPath(text) : text)

/**
 * Where a module could not be read or run. What cannot be parsed has its place at the head of the stack, with the line
 * below and a caret under the column; else the first call outside Node is taken, or the file that imports in vain.
 */
const placeOfError = (error: unknown, file: string): Pick<Diagnostic, 'file' | 'line' | 'column'> => {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const head = /^((?:file:\/\/)?\/[^\n]+):(\d+)\n([\s\S]*?)\n\n?\S*Error\b/.exec(stack)
  if (head !== null) {
    const caret = head[3]!.split('\n').find((line) => /^\s*\^+\s*$/.test(line))
    const column = caret === undefined ? {} : { column: caret.indexOf('^') + 1 }
    return { file: pathOf(head[1]!), line: Number(head[2]), ...column }
  }
  const call = /\(?((?:file:\/\/)\/[^\s()]+):(\d+):(\d+)/.exec(stack)
  const from = / imported from (\/[^\n]+)$/m.exec(error instanceof Error ? error.message : '')?.[1]
  if (from !== undefined) return { file: from }
  if (call === null || /\/src\/(cli|service)\//.test(call[1]!)) return { file }
  return { file: pathOf(call[1]!), line: Number(call[2]), column: Number(call[3]) }
}

/** What is wrong where importing `file` threw: `what` names it in the sentence. */
export const loadProblem = (error: unknown, file: string, what: string): Diagnostic => {
  const why = error instanceof Error ? error.message.split('\n')[0]! : String(error)
  return {
    ...placeOfError(error, file),
    text: `${what} cannot be loaded: ${why.replace(/\.$/, '')}`,
    mend: 'Mend the place that is named',
  }
}
