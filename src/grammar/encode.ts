const poolBytes = 1 << 15
let pool = new Uint8Array(0)
let used = 0

const place = (bytes: Uint8Array): Uint8Array => {
  if (used + bytes.length > pool.length) {
    pool = new Uint8Array(Math.max(poolBytes, bytes.length))
    used = 0
  }
  const at = used
  used += bytes.length
  pool.set(bytes, at)
  return pool.subarray(at, used)
}

const encoder = new TextEncoder()
const texts = new Map<string, Uint8Array>()
const tables = new Map<string, Uint8Array>()

/**
 * Text of a definition as the bytes it stands for. Equal texts are one array, and all lie in one buffer: what is looked at
 * for every line has to stay in the processor's nearest cache. Not to be written to.
 */
export const encode = (text: string): Uint8Array => {
  const known = texts.get(text)
  if (known !== undefined) return known
  const made = place(encoder.encode(text))
  texts.set(text, made)
  return made
}

/** The same of a table by byte. */
export const sharedTable = (table: Uint8Array): Uint8Array => {
  const key = Buffer.from(table.buffer, table.byteOffset, table.length).toString('latin1')
  const known = tables.get(key)
  if (known !== undefined) return known
  const made = place(table)
  tables.set(key, made)
  return made
}
