import { isOwnLayout, type LayoutItem, type LayoutToken, layoutItems, type OwnLayout } from './layout.ts'

/** A layout made ready to run. */
export interface TimeProgram {
  readonly own: OwnLayout | undefined
  /** Codes of tokens; a literal is its byte. Some parts that are read at once have a code more. */
  readonly items: Uint8Array
  readonly hasYear: boolean
  readonly hasDay: boolean
  /** Its hours are those of a clock's face. */
  readonly isHalf: boolean
}

/** Below all literals: blanks and printable characters begin at 32. */
const code = {
  yyyy: 1,
  yy: 2,
  MMM: 3,
  MM: 4,
  dd: 5,
  d: 6,
  EEE: 7,
  HH: 8,
  hh: 8,
  H: 9,
  h: 9,
  mm: 10,
  ss: 11,
  f: 12,
  Z: 13,
  ZZ: 13,
  z: 14,
  MMMM: 15,
  EEEE: 16,
  a: 17,
  DDD: 18,
  M: 19,
  SSS: 20,
} as const satisfies Record<LayoutToken, number>

/** Before the codes of `HH:mm:ss`: all of them are read at once where they fit, and one by one where not, to tell where. */
const clock = 21
const clockItems = Uint8Array.of(code.HH, 58, code.mm, 58, code.ss)
/** Before those of `dd/MMM/yyyy`. */
const slashedDay = 22
const slashedDayItems = Uint8Array.of(code.dd, 47, code.MMM, 47, code.yyyy)

const withShortcuts = (items: readonly number[]): Uint8Array =>
  Uint8Array.from(
    items.flatMap((item, i) => {
      const begins = (those: Uint8Array): boolean => those.every((one, j) => items[i + j] === one)
      if (begins(clockItems)) return [clock, item]
      return begins(slashedDayItems) ? [slashedDay, item] : [item]
    }),
  )

const timeProgram = (layout: string): TimeProgram => {
  if (isOwnLayout(layout)) return { own: layout, items: new Uint8Array(0), hasYear: true, hasDay: true, isHalf: false }
  const items = layoutItems(layout)
  const of = (item: LayoutItem): number => ('token' in item ? code[item.token] : item.literal.charCodeAt(0))
  const has = (...tokens: readonly LayoutToken[]): boolean =>
    items.some((item) => 'token' in item && tokens.includes(item.token))
  return {
    own: undefined,
    items: withShortcuts(items.map(of)),
    hasYear: has('yyyy', 'yy'),
    hasDay: has('d', 'dd', 'DDD'),
    isHalf: has('hh', 'h'),
  }
}

const known = new Map<string, readonly TimeProgram[]>()

/** The layouts made ready to run. Equal ones are one array, by which a time that was read already is known. */
export const timePrograms = (layouts: readonly string[]): readonly TimeProgram[] => {
  const key = JSON.stringify(layouts)
  let programs = known.get(key)
  if (programs === undefined) {
    programs = layouts.map(timeProgram)
    known.set(key, programs)
  }
  return programs
}
