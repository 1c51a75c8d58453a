/** Milliseconds of `500ms`, `30s`, `5m`, `1h`, `7d`, `2w`; undefined where it is not one. */
export const parseDuration = (text: string): number | undefined => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text.trim())
  return match === null ? undefined : Number(match[1]) * durations[match[2] as keyof typeof durations]
}
const durations = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** Languages people are written to in. */
export type Lang = 'en' | 'zh'

/** One thing said in each language. */
export type Sentence = Readonly<Record<Lang, string>>

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const fine = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })

/** `12,345`; below 1,000 a fraction keeps three digits: `12.3`, `0.042`. */
export const printNumber = (value: number): string => (Math.abs(value) >= 1000 ? whole : fine).format(value)

/** `5.3%` of 0.053. */
export const printShare = (share: number): string => `${printNumber(share * 100)}%`

/** Milliseconds as people say them: `0.4 ms`, `350 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export const printDuration = (ms: number, lang: Lang = 'en'): string => {
  const [milli, second, minute, hour, day] = durationWords[lang]
  const size = Math.abs(ms)
  if (size < 999.5) return `${fine.format(ms)} ${milli}`
  if (size < 59_950) return `${fine.format(ms / 1000)} ${second}`
  const two = (large: number, largeWord: string, small: number, smallWord: string): string => {
    const steps = Math.round(ms / small)
    const rest = steps % (large / small)
    return `${whole.format((steps - rest) / (large / small))} ${largeWord}${rest === 0 ? '' : ` ${rest} ${smallWord}`}`
  }
  if (size < 3_599_500) return two(60_000, minute, 1000, second)
  if (size < 86_370_000) return two(3_600_000, hour, 60_000, minute)
  return two(86_400_000, day, 3_600_000, hour)
}
const durationWords = {
  en: ['ms', 's', 'min', 'h', 'd'],
  zh: ['毫秒', '秒', '分钟', '小时', '天'],
} as const satisfies Record<Lang, readonly string[]>

/** `512 B`, `1.5 KiB`, `20 GiB`. */
export const printBytes = (bytes: number): string => {
  let value = bytes
  let power = 0
  while (Math.abs(value) >= 1023.5 && power < 5) {
    value /= 1024
    power++
  }
  return `${fine.format(value)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][power]}`
}

/** What a figure of `field` counts: durations are nanoseconds or seconds, sizes are bytes, by the fields' naming rule. */
export const printValue = (field: string | undefined, value: number, lang: Lang = 'en'): string => {
  if (field === 'event.duration') return printDuration(value / 1_000_000, lang)
  if (field !== undefined && /(?:\.sec|_time)$/.test(field)) return printDuration(value * 1000, lang)
  if (field !== undefined && /(?:^|[._])bytes(?:_\w+)?$/.test(field)) return printBytes(value)
  return printNumber(value)
}
