/** Encodings of files. What is handed on is always UTF-8; offsets stay those of the file. */
export const encodings = ['utf-8', 'gb18030', 'utf-16le', 'utf-16be', 'latin1'] as const
export type Encoding = (typeof encodings)[number]

/** Bytes a character is a multiple of. */
export const unitOf = (encoding: Encoding): number => (encoding === 'utf-16le' || encoding === 'utf-16be' ? 2 : 1)

/** Length of the byte order mark that `head` begins with, in the file's own encoding. */
export const bomOf = (head: Uint8Array, encoding: Encoding): number => {
  const begins = (...mark: number[]): number => (mark.every((byte, i) => head[i] === byte) ? mark.length : 0)
  switch (encoding) {
    case 'utf-8':
      return begins(0xef, 0xbb, 0xbf)
    case 'utf-16le':
      return begins(0xff, 0xfe)
    case 'utf-16be':
      return begins(0xfe, 0xff)
    case 'gb18030':
      return begins(0x84, 0x31, 0x95, 0x33)
    case 'latin1':
      return 0
  }
}

const decoders = new Map<string, TextDecoder>()
const decoder = (encoding: Encoding, fatal: boolean): TextDecoder => {
  const name = `${encoding} ${fatal}`
  let found = decoders.get(name)
  if (found === undefined) {
    found = new TextDecoder(encoding, { fatal, ignoreBOM: true })
    decoders.set(name, found)
  }
  return found
}

/** Text of bytes that are valid in `encoding`; undefined for others. */
export const decodeValid = (bytes: Buffer, encoding: Encoding): string | undefined => {
  // The standard's decoder of that name reads windows-1252; bytes 0x80 to 0x9f differ.
  if (encoding === 'latin1') return bytes.toString('latin1')
  try {
    return decoder(encoding, true).decode(bytes)
  } catch {
    return undefined
  }
}

/** Text of any bytes, U+FFFD for what is invalid. */
export const decodeLine = (bytes: Buffer, encoding: Encoding): { readonly text: string; readonly valid: boolean } => {
  const text = decodeValid(bytes, encoding)
  return text === undefined ? { text: decoder(encoding, false).decode(bytes), valid: false } : { text, valid: true }
}

/** The UTF-16 that a file's first bytes declare, which no UTF-8 text begins with. */
export const markedAs = (head: Uint8Array): Encoding | undefined =>
  (['utf-16le', 'utf-16be'] as const).find((encoding) => bomOf(head, encoding) > 0)
