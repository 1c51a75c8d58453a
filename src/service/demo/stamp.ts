/** The machines of the demo shop run on UTC; each program writes its times in its own way. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

const isoOf = (ms: number): string => new Date(ms).toISOString()

/** `27/Nov/2026:18:52:22 +0000` */
export const clf = (ms: number): string => {
  const iso = isoOf(ms)
  return `${iso.slice(8, 10)}/${months[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`
}
/** `2026/11/27 18:52:22` */
export const nginxError = (ms: number): string => isoOf(ms).slice(0, 19).replaceAll('-', '/').replace('T', ' ')
/** `2026-11-27 18:52:22,123` */
export const python = (ms: number): string => isoOf(ms).slice(0, 23).replace('T', ' ').replace('.', ',')
/** `2026-11-27T18:52:22.123000Z` */
export const mysql = (ms: number): string => isoOf(ms).replace('Z', '000Z')

/** Milliseconds since 1970 of the CLF time in an access log's line; undefined where there is none. */
export const clfTimeOf = (line: string): number | undefined => {
  const match = /\[(\d{2})\/(\w{3})\/(\d{4}):(\d{2}:\d{2}:\d{2}) \+0000\]/.exec(line)
  const month = months.indexOf(match?.[2] as (typeof months)[number]) + 1
  if (match === null || month === 0) return undefined
  return Date.parse(`${match[3]}-${String(month).padStart(2, '0')}-${match[1]}T${match[4]}Z`)
}
