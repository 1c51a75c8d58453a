type Kind = 'card' | 'phone' | 'identity'

/** Digits in groups with one space or dash between, and what stands before and after. */
const runs = /\+?\d+(?:[ -]\d+)*[Xx]?/g

const isWordLike = /[A-Za-z0-9_]/

/**
 * Replaces card, phone and identity numbers. Numbers that are part of a word, of a longer number or of a decimal
 * fraction stay: order numbers and timestamps are not worth losing to a chance match.
 */
export const redactNumbers = (text: string, markOf: (kind: Kind) => string | undefined): string =>
  text.replace(runs, (run, at: number) => {
    if (run.length < 9) return run
    const before = text[at - 1] ?? ''
    const after = text[at + run.length] ?? ''
    const bare = /[Xx]$/.test(run) && isWordLike.test(after) ? run.slice(0, -1) : run
    return (
      redactRun(bare, glued(before, text[at - 2] ?? ''), isWordLike.test(after) || bare !== run, markOf) +
      run.slice(bare.length)
    )
  })

const glued = (before: string, twoBefore: string): boolean =>
  isWordLike.test(before) || (before === '.' && /\d/.test(twoBefore))

const redactRun = (
  run: string,
  gluedBefore: boolean,
  gluedAfter: boolean,
  markOf: (kind: Kind) => string | undefined,
): string => {
  const groups = run.split(/[ -]/)
  const separators = run.match(/[ -]/g) ?? []
  let done = ''
  for (let i = 0; i < groups.length; ) {
    const most = Math.min(5, groups.length - i)
    let taken = 0
    for (let n = most; n > 0 && taken === 0; n--) {
      if ((i === 0 && gluedBefore) || (i + n === groups.length && gluedAfter)) continue
      let length = 0
      for (let j = i; j < i + n; j++) length += groups[j]!.length
      if (length < 9 || length > 20) continue
      const kind = kindOf(groups.slice(i, i + n))
      const mark = kind === undefined ? undefined : markOf(kind)
      if (mark === undefined) continue
      done += mark
      taken = n
    }
    if (taken === 0) {
      done += groups[i]!
      taken = 1
    }
    i += taken
    if (i < groups.length) done += separators[i - 1]!
  }
  return done
}

const kindOf = (groups: readonly string[]): Kind | undefined => {
  const digits = groups.join('')
  const shape = groups.map(({ length }) => length).join(' ')
  if (groups.length === 1 && isIdentity(digits)) return 'identity'
  if ((groups.length === 1 || /^(?:4 4 4 \d{1,2}(?: \d)?|4 6 [45])$/.test(shape)) && isCard(digits)) return 'card'
  return isPhone(digits, shape) ? 'phone' : undefined
}

const isPhone = (digits: string, shape: string): boolean => {
  if (/^(?:\+?86|0086)?1[3-9]\d{9}$/.test(digits)) return /^(?:\d+|(?:[2-4] )?(?:11|3 4 4))$/.test(shape)
  return /^\+[1-9]\d{7,14}$/.test(digits)
}

/** Issuer prefixes in use, with their lengths: without them one number in ten of the right length would pass. */
const schemes =
  /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11})$/

const isCard = (digits: string): boolean => {
  if (!schemes.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** GB 11643-1999: region, birthday, serial, check digit by ISO 7064 MOD 11-2. */
const isIdentity = (digits: string): boolean => {
  if (!/^[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]$/.test(digits)) return false
  let sum = 0
  for (const [i, weight] of weights.entries()) sum += weight * (digits.charCodeAt(i) - 0x30)
  return '10X98765432'[sum % 11] === digits[17]!.toUpperCase()
}
