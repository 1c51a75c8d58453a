/** Bytes of `64KiB`, `8MB`, `20GiB`, `512`; undefined where it is not one. */
export const parseSize = (text: string): number | undefined => {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]i?)?B?$/.exec(text.trim())
  if (match === null) return undefined
  const [, number, unit = ''] = match
  const power = ' KMGT'.indexOf(unit[0] ?? ' ')
  return Number(number) * (unit.endsWith('i') || unit === '' ? 1024 : 1000) ** power
}

/** `host:port`, `[::1]:7380`, `7380`; undefined where it is not one. */
export const parseListen = (text: string): { readonly host: string; readonly port: number } | undefined => {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]]*):)?(\d{1,5})$/.exec(text.trim())
  const port = Number(match?.[2])
  if (match === null || port > 65_535) return undefined
  return { host: (match[1] ?? '').replace(/^\[|\]$/g, '') || '127.0.0.1', port }
}

export const isTimezone = (text: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return true
  } catch {
    return false
  }
}
