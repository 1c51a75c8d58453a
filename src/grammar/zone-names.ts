/**
 * Names of zones as the tz database has them now (https://www.iana.org/time-zones), with minutes east of Greenwich. Some mean
 * several: where the zone of the reading has one of these offsets at that time it is that, else the first.
 */
const names: Readonly<Record<string, readonly number[]>> = {
  UT: [0],
  WET: [0],
  WEST: [60],
  BST: [60],
  IST: [330, 60, 120],
  IDT: [180],
  CET: [60],
  CEST: [120],
  MET: [60],
  MEST: [120],
  EET: [120],
  EEST: [180],
  MSK: [180],
  SAST: [120],
  CAT: [120],
  EAT: [180],
  WAT: [60],
  WAST: [120],
  PKT: [300],
  WIB: [420],
  WITA: [480],
  WIT: [540],
  HKT: [480],
  CST: [-360, 480, -300],
  CDT: [-300, 540, -240],
  JST: [540],
  KST: [540],
  AEST: [600],
  AEDT: [660],
  ACST: [570],
  ACDT: [630],
  AWST: [480],
  NZST: [720],
  NZDT: [780],
  NST: [-210],
  NDT: [-150],
  AST: [-240],
  ADT: [-180],
  EST: [-300],
  EDT: [-240],
  MST: [-420],
  MDT: [-360],
  PST: [-480, 480],
  PDT: [-420],
  AKST: [-540],
  AKDT: [-480],
  HST: [-600],
  HDT: [-540],
  SST: [-660, 480],
  CHST: [600],
}

const key = (text: string): number => {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = hash * 32 + (text.charCodeAt(i) & 31)
  return hash
}
const byKey = new Map(Object.entries(names).map(([name, minutes]) => [key(name), minutes.map((one) => one * 60_000)]))

/** Offsets in milliseconds that a name of `length` letters at `at` may mean. */
export const zoneNamed = (bytes: Uint8Array, at: number, length: number): readonly number[] | undefined => {
  if (length < 2 || length > 4) return undefined
  let hash = 0
  for (let i = at; i < at + length; i++) hash = hash * 32 + (bytes[i]! & 31)
  return byKey.get(hash)
}
