/**
 * Writes Thrift's compact protocol, as much of it as Parquet's metadata needs
 * (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
 */
export interface ThriftWriter {
  i32(id: number, value: number): void
  i64(id: number, value: number): void
  text(id: number, value: string): void
  struct(id: number, body: () => void): void
  /** A list of 32-bit integers. */
  i32s(id: number, values: readonly number[]): void
  texts(id: number, values: readonly string[]): void
  structs<T>(id: number, values: readonly T[], body: (value: T) => void): void
  /** Ends the outermost struct. */
  finish(): Uint8Array
}

const kinds = { i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const
const encoder = new TextEncoder()

export const createThrift = (): ThriftWriter => {
  const out: number[] = []
  let last = 0
  const varint = (value: number): void => {
    let rest = value
    while (rest >= 128) {
      out.push((rest % 128) + 128)
      rest = Math.floor(rest / 128)
    }
    out.push(rest)
  }
  // Everything Parquet numbers here is positive, so that zigzag is doubling.
  const zigzag = (value: number): void => varint(value * 2)
  const binary = (value: string): void => {
    const bytes = encoder.encode(value)
    varint(bytes.length)
    for (const byte of bytes) out.push(byte)
  }
  const field = (id: number, kind: number): void => {
    out.push(((id - last) << 4) | kind)
    last = id
  }
  const list = (count: number, kind: number): void => {
    if (count < 15) out.push((count << 4) | kind)
    else {
      out.push(0xf0 | kind)
      varint(count)
    }
  }
  const inside = (body: () => void): void => {
    const outer = last
    last = 0
    body()
    out.push(0)
    last = outer
  }
  return {
    i32(id, value) {
      field(id, kinds.i32)
      zigzag(value)
    },
    i64(id, value) {
      field(id, kinds.i64)
      zigzag(value)
    },
    text(id, value) {
      field(id, kinds.binary)
      binary(value)
    },
    struct(id, body) {
      field(id, kinds.struct)
      inside(body)
    },
    i32s(id, values) {
      field(id, kinds.list)
      list(values.length, kinds.i32)
      for (const value of values) zigzag(value)
    },
    texts(id, values) {
      field(id, kinds.list)
      list(values.length, kinds.binary)
      for (const value of values) binary(value)
    },
    structs(id, values, body) {
      field(id, kinds.list)
      list(values.length, kinds.struct)
      for (const value of values) inside(() => body(value))
    },
    finish() {
      out.push(0)
      return Uint8Array.from(out)
    },
  }
}
