import { createThrift, type ThriftWriter } from './thrift.ts'

/**
 * Writes one Parquet file (https://parquet.apache.org/docs/file-format/): one row group, pages in PLAIN encoding
 * or with a dictionary, without compression, because its only reader takes it in at once and it is removed after. Of three ways to hand
 * rows to DuckDB this costs the least: reading it is five times as cheap as NDJSON or CSV, and nothing is escaped.
 */
export interface ParquetWriter {
  /** Bytes written so far; the buffer may move whenever room is asked for. */
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Where the next byte goes. */
  at: number
  /** Room for `size` more bytes behind `at`. */
  room(size: number): void
  column(name: string, type: PhysicalType, list: boolean): void
  /** First of a column, if at all: the values that `indices` will point to are written, then `endDictionary`. */
  beginDictionary(): void
  endDictionary(values: number): void
  /** Between `beginPage` and `endPage` levels and values are written. `values` counts absent ones too. */
  beginPage(values: number, encoding?: 'plain' | 'dictionary'): void
  /** Instead of values: where in the dictionary of `size` values each of `count` lies. */
  indices(indices: Uint32Array, count: number, size: number): void
  /** Definition or repetition levels, as wide as `width` bits. */
  levels(levels: Uint8Array, count: number, width: number): void
  endPage(): void
  /** The whole file. The writer is then ready for another; the bytes are borrowed until it is used. */
  finish(rows: number): Uint8Array
}

export type PhysicalType = 'boolean' | 'int32' | 'int64' | 'double' | 'text'

const types = { boolean: 0, int32: 1, int64: 2, double: 5, text: 6 } as const
const encodings = { plain: 0, rle: 3, dictionary: 8 } as const
const magic = new TextEncoder().encode('PAR1')

interface Chunk {
  readonly name: string
  readonly type: PhysicalType
  readonly list: boolean
  readonly start: number
  end: number
  values: number
  /** Where its data pages begin, if a dictionary lies before them. */
  data: number | undefined
}

const listPath = ['list', 'element']

const writeSchema = (thrift: ThriftWriter, chunks: readonly Chunk[]): void => {
  const elements: (() => void)[] = [
    () => {
      thrift.text(4, 'root')
      thrift.i32(5, chunks.length)
    },
  ]
  for (const { name, type, list } of chunks) {
    const leaf = (leafName: string, repetition: number) => () => {
      thrift.i32(1, types[type])
      thrift.i32(3, repetition)
      thrift.text(4, leafName)
      if (type === 'text') thrift.i32(6, 0)
    }
    if (!list) elements.push(leaf(name, 1))
    else
      elements.push(
        () => {
          thrift.i32(3, 1)
          thrift.text(4, name)
          thrift.i32(5, 1)
          thrift.i32(6, 3)
        },
        () => {
          thrift.i32(3, 2)
          thrift.text(4, 'list')
          thrift.i32(5, 1)
        },
        leaf('element', 0),
      )
  }
  thrift.structs(2, elements, (element) => element())
}

const writeChunk = (thrift: ThriftWriter, { name, type, list, start, end, values, data }: Chunk): void => {
  thrift.i64(2, start)
  thrift.struct(3, () => {
    thrift.i32(1, types[type])
    thrift.i32s(2, [encodings.plain, encodings.rle, ...(data === undefined ? [] : [encodings.dictionary])])
    thrift.texts(3, list ? [name, ...listPath] : [name])
    thrift.i32(4, 0)
    thrift.i64(5, values)
    thrift.i64(6, end - start)
    thrift.i64(7, end - start)
    thrift.i64(9, data ?? start)
    if (data !== undefined) thrift.i64(11, start)
  })
}

interface PageHeader {
  readonly bytes: Uint8Array
  readonly sizes: readonly [number, number]
}

/** Header of a page. Its two sizes are varints of five bytes whatever they hold, to be filled in afterwards. */
const pageHeader = (kind: number, field: number, body: (thrift: ThriftWriter) => void): PageHeader => {
  const thrift = createThrift()
  thrift.i32(1, kind)
  thrift.i32(2, 0xffffffff)
  thrift.i32(3, 0xffffffff)
  thrift.struct(field, () => body(thrift))
  return { bytes: thrift.finish(), sizes: [3, 9] }
}

const dataPage = (values: number, encoding: 'plain' | 'dictionary'): PageHeader =>
  pageHeader(0, 5, (thrift) => {
    thrift.i32(1, values)
    thrift.i32(2, encodings[encoding])
    thrift.i32(3, encodings.rle)
    thrift.i32(4, encodings.rle)
  })

const dictionaryPage = (values: number): PageHeader =>
  pageHeader(2, 7, (thrift) => {
    thrift.i32(1, values)
    thrift.i32(2, encodings.plain)
  })

/** Where in the header of a dictionary page the number of its values stands. */
const countInHeader = 16

export const createParquet = (size = 1 << 20): ParquetWriter => {
  let chunks: Chunk[] = []
  let sizesAt: readonly number[] = []
  let pageAt = 0
  let dictionaryAt = 0

  const putSize = (at: number, value: number): void => {
    let rest = value * 2
    for (let i = 0; i < 5; i++) {
      writer.bytes[at + i] = (rest % 128) + (i < 4 ? 128 : 0)
      rest = Math.floor(rest / 128)
    }
  }
  const put = (bytes: Uint8Array): void => {
    writer.room(bytes.length)
    writer.bytes.set(bytes, writer.at)
    writer.at += bytes.length
  }
  const varint = (value: number): void => {
    let rest = value
    while (rest >= 128) {
      writer.bytes[writer.at++] = (rest & 127) | 128
      rest >>>= 7
    }
    writer.bytes[writer.at++] = rest
  }

  const begin = ({ bytes, sizes }: PageHeader): void => {
    sizesAt = sizes.map((offset) => writer.at + offset)
    put(bytes)
    pageAt = writer.at
  }

  const writer = {
    bytes: new Uint8Array(size),
    view: new DataView(new ArrayBuffer(0)),
    at: 0,
    room(wanted: number): void {
      const need = writer.at + wanted
      if (need <= writer.bytes.length) return
      const grown = new Uint8Array(Math.max(need, writer.bytes.length * 2))
      grown.set(writer.bytes.subarray(0, writer.at))
      writer.bytes = grown
      writer.view = new DataView(grown.buffer)
    },
    column(name: string, type: PhysicalType, list: boolean): void {
      if (writer.at === 0) put(magic)
      chunks.push({ name, type, list, start: writer.at, end: writer.at, values: 0, data: undefined })
    },
    beginDictionary(): void {
      dictionaryAt = writer.at
      // The number of values is known when they are written; as a varint of five bytes it is as long whatever it is.
      begin(dictionaryPage(0xffffffff))
    },
    endDictionary(values: number): void {
      putSize(dictionaryAt + countInHeader, values)
      for (const at of sizesAt) putSize(at, writer.at - pageAt)
      chunks.at(-1)!.data = writer.at
    },
    beginPage(values: number, encoding: 'plain' | 'dictionary' = 'plain'): void {
      begin(dataPage(values, encoding))
      chunks.at(-1)!.values += values
    },
    indices(indices: Uint32Array, count: number, size: number): void {
      const wide = size > 256
      writer.room(count * 2 + 32)
      writer.bytes[writer.at++] = wide ? 16 : 8
      let same = 1
      while (same < count && indices[same] === indices[0]) same++
      if (same >= count) {
        if (count === 0) return
        varint(count * 2)
        writer.bytes[writer.at++] = indices[0]! & 255
        if (wide) writer.bytes[writer.at++] = indices[0]! >> 8
        return
      }
      // Packed in whole bytes: a little longer than need be, and no bits to be shifted.
      const groups = (count + 7) >> 3
      varint(groups * 2 + 1)
      const { bytes } = writer
      let to = writer.at
      for (let i = 0; i < groups * 8; i++) {
        const index = i < count ? indices[i]! : 0
        bytes[to++] = index & 255
        if (wide) bytes[to++] = index >> 8
      }
      writer.at = to
    },
    levels(levels: Uint8Array, count: number, width: number): void {
      writer.room(count + 16)
      const start = writer.at
      writer.at += 4
      let same = 1
      while (same < count && levels[same] === levels[0]) same++
      if (same >= count) {
        varint(count * 2)
        writer.bytes[writer.at++] = levels[0]!
      } else {
        const groups = (count + 7) >> 3
        varint(groups * 2 + 1)
        const perByte = 8 / width
        for (let i = 0; i < groups * 8; i += perByte) {
          let byte = 0
          for (let j = 0; j < perByte && i + j < count; j++) byte |= levels[i + j]! << (j * width)
          writer.bytes[writer.at++] = byte
        }
      }
      writer.view.setUint32(start, writer.at - start - 4, true)
    },
    endPage(): void {
      for (const at of sizesAt) putSize(at, writer.at - pageAt)
      chunks.at(-1)!.end = writer.at
    },
    finish(rows: number): Uint8Array {
      const thrift = createThrift()
      thrift.i32(1, 1)
      writeSchema(thrift, chunks)
      thrift.i64(3, rows)
      thrift.structs(4, [chunks], (columns) => {
        thrift.structs(1, columns, (chunk) => writeChunk(thrift, chunk))
        thrift.i64(2, writer.at - 4)
        thrift.i64(3, rows)
      })
      const footer = thrift.finish()
      put(footer)
      writer.room(8)
      writer.view.setUint32(writer.at, footer.length, true)
      writer.at += 4
      put(magic)
      const file = writer.bytes.subarray(0, writer.at)
      writer.at = 0
      chunks = []
      return file
    },
  }
  writer.view = new DataView(writer.bytes.buffer)
  return writer
}
