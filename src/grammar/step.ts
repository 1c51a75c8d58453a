import type { Machine } from './machine.ts'
import type { Opening } from './opening.ts'
import type { TimeProgram } from './time-program.ts'

/**
 * An operation, made ready to run. All have one shape, so that walking them stays monomorphic; what each field means is
 * said by the operation that uses it.
 */
export interface Step {
  readonly run: (m: Machine, s: Step) => boolean
  /** Reads a value that says itself where it ends, at `m.at`; moves it. */
  readonly self: (m: Machine, s: Step) => boolean
  /** Reads the value of a known span. */
  readonly span: (m: Machine, s: Step, from: number, to: number) => boolean
  /** Slot of the value, -1 for none, and of the values beside it. */
  readonly slot: number
  readonly beside: Int32Array
  /** Slots that have to be taken back when a branch fails. */
  readonly touched: Int32Array
  /** A literal to pass: the operation's own, or the one right behind a capture. */
  readonly text: Uint8Array
  /** Its first byte, -1 for none, and its length: most are one byte, and then it need not be looked at. */
  readonly textByte: number
  readonly textLength: number
  readonly stops: readonly Uint8Array[]
  /** Of the only stop the byte that is likely to be the rarest, where in it that is, and its length; 0 where there are several, or none. */
  readonly stopByte: number
  readonly stopShift: number
  readonly stopLength: number
  /** By byte: whether a stop begins with it; see take.ts. */
  readonly stopAt: Uint8Array
  readonly orEnd: boolean
  /** Absent marks; undefined: a value has to be there. */
  readonly absent: readonly Uint8Array[] | undefined
  /** The length of the longest. */
  readonly absentMost: number
  /** 0 none, 1 hex, 2 json, 3 any, 4 hash. */
  readonly escape: number
  /** Text the value cannot hold, and its first byte, -1 for none. */
  readonly never: Uint8Array
  readonly bar: number
  /** The last stop before this text counts; empty: the first stop. */
  readonly before: Uint8Array
  /** The closing text; undefined: there is none to look for. */
  readonly close: Uint8Array | undefined
  /** Looked for through line ends. */
  readonly through: boolean
  /** What has to fit from the stop on for the last such stop to count; empty: nothing has to. */
  readonly ahead: readonly Step[]
  /** A time that has to stand behind the stop for the stop to count. */
  readonly next: Step | undefined
  /** For failures: the value, the literal behind it. */
  readonly expected: string
  readonly expectedText: string
  readonly field: string | undefined
  readonly words: readonly Uint8Array[]
  /** By first byte: which of the words begin with it, the longest first. */
  readonly wordsFrom: readonly Int32Array[]
  readonly names: readonly string[]
  readonly number: number
  readonly times: readonly TimeProgram[]
  readonly inner: readonly Step[]
  readonly branches: readonly (readonly Step[])[]
  readonly branchTouched: readonly Int32Array[]
  /** What the text of each branch may begin with. */
  readonly openings: readonly Opening[]
  readonly needed: Uint8Array
  readonly pattern: RegExp | undefined
}

const none8 = new Uint8Array(0)
const none32 = new Int32Array(0)
const stuck = (): boolean => false

/** Those that most steps use stand first, next to each other. */
const blank: Step = {
  run: stuck,
  self: stuck,
  span: stuck,
  slot: -1,
  textByte: -1,
  textLength: 0,
  absent: undefined,
  absentMost: 0,
  stopByte: -1,
  stopShift: 0,
  stopLength: 0,
  text: none8,
  stops: [],
  stopAt: none8,
  orEnd: false,
  escape: 0,
  inner: [],
  branches: [],
  openings: [],
  touched: none32,
  next: undefined,
  ahead: [],
  bar: -1,
  expected: '',
  expectedText: '',
  field: undefined,
  never: none8,
  before: none8,
  close: undefined,
  through: false,
  beside: none32,
  words: [],
  wordsFrom: [],
  names: [],
  number: 0,
  times: [],
  branchTouched: [],
  needed: none8,
  pattern: undefined,
}

/** How often lines hold a byte: words and numbers, blanks and what divides them most. */
const rarity = (b: number): number => {
  if (b === 32) return 0
  if ((b >= 97 && b <= 122) || (b >= 48 && b <= 57)) return 1
  return b >= 44 && b <= 47 ? 2 : 3
}
const rarest = (text: Uint8Array): number => text.indexOf(text.toSorted((a, b) => rarity(b) - rarity(a))[0] ?? -1)

export const stepOf = (of: Partial<Step>): Step => {
  const { text = none8, stops = [], absent = [] } = of
  const stop = stops.length === 1 ? stops[0]! : none8
  const shift = Math.max(0, rarest(stop))
  return {
    ...blank,
    ...of,
    textByte: text[0] ?? -1,
    textLength: text.length,
    stopByte: stop[shift] ?? -1,
    stopShift: shift,
    stopLength: stop.length,
    absentMost: Math.max(0, ...absent.map(({ length }) => length)),
  }
}

/** Runs steps one after another. */
export const runAll = (m: Machine, steps: readonly Step[]): boolean => {
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!
    if (!step.run(m, step)) return false
  }
  return true
}

export const isBlank = (b: number | undefined): boolean => b === 32 || b === 9

export const sameBytes = (bytes: Uint8Array, at: number, limit: number, text: Uint8Array): boolean => {
  const length = text.length
  if (at + length > limit) return false
  for (let i = 0; i < length; i++) if (bytes[at + i] !== text[i]) return false
  return true
}

/** Whether one of the texts begins at `at`. A loop, since lines are asked: a function for each would be garbage. */
export const sameAsAny = (texts: readonly Uint8Array[], bytes: Uint8Array, at: number, limit: number): boolean => {
  for (let i = 0; i < texts.length; i++) if (sameBytes(bytes, at, limit, texts[i]!)) return true
  return false
}
