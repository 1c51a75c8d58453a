import { readLong } from './read-number.ts'
import { readWords } from './read-text.ts'
import { readTime } from './read-time.ts'
import type { Step } from './step.ts'
import { passText } from './take.ts'

/**
 * What `runSelf` does for a value that has to be there, by how it is read. A call that is known when it is compiled costs less
 * than one that is looked up: measured, 3 % of lines that are mostly numbers and words.
 */
export const runsOfSelf: ReadonlyMap<Step['self'], Step['run']> = new Map([
  [readLong, (m, s) => readLong(m, s) && passText(m, s)],
  [readWords, (m, s) => readWords(m, s) && passText(m, s)],
  [readTime, (m, s) => readTime(m, s) && passText(m, s)],
])
