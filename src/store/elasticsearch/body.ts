import { type Batch, outcome } from '../../event/batch.ts'
import type { Slices } from '../../event/column.ts'
import type { DocumentWriter } from '../../event/document.ts'
import { columnBound } from '../../event/document-bound.ts'
import { writeEscaped } from '../../event/json-text.ts'
import type { Arena, Lease } from '../../memory/arena.ts'
import type { SentIds } from './bulk-reply.ts'

/** A batch with what is needed to write its rows as bulk operations. */
export interface Cargo {
  readonly batch: Batch
  readonly writer: DocumentWriter
  readonly ids: Slices
  /** Data stream or alias. */
  readonly target: string
  /** `{"create":{"_index":"…","_id":"`, for bodies whose path names another target. */
  readonly head: Uint8Array
  /** More bytes than this no operation takes. */
  readonly most: number
}

/** A bulk request's bytes and which row each of its operations is. */
export interface Body {
  readonly arena: Arena
  readonly lease: Lease
  /** Where the operations go that name no target themselves: the first one's. */
  target: string
  /** Where the next operation begins. */
  end: number
  /** Operation i is row `rows[i]` of `cargos[which[i]]`; kept from request to request. */
  count: number
  readonly cargos: Cargo[]
  which: Uint32Array
  rows: Uint32Array
}

/** What operation `i` is of. */
export const cargoOf = (body: Body, i: number): Cargo => body.cargos[body.which[i]!]!

/** The id of operation `i`. */
export const idOf = (body: Body, i: number): string => {
  const { ids } = cargoOf(body, i)
  return body.arena.node.toString('utf8', ids.start[body.rows[i]!]!, ids.end[body.rows[i]!]!)
}

export const idsOf = (body: Body): SentIds => ({
  count: body.count,
  memory: body.arena.bytes,
  start: (i: number): number => cargoOf(body, i).ids.start[body.rows[i]!]!,
  end: (i: number): number => cargoOf(body, i).ids.end[body.rows[i]!]!,
})

export const emptyBody = (arena: Arena, lease: Lease): Body => ({
  arena,
  lease,
  target: '',
  end: lease.start,
  count: 0,
  cargos: [],
  which: new Uint32Array(1024),
  rows: new Uint32Array(1024),
})

export const clear = (body: Body): void => {
  body.end = body.lease.start
  body.count = 0
  body.cargos.length = 0
}

const note = (body: Body, cargo: Cargo, row: number): void => {
  if (body.cargos.at(-1) !== cargo) body.cargos.push(cargo)
  if (body.count === body.rows.length) {
    const { which, rows } = body
    body.which = new Uint32Array(2 * body.count)
    body.rows = new Uint32Array(2 * body.count)
    body.which.set(which)
    body.rows.set(rows)
  }
  body.which[body.count] = body.cargos.length - 1
  body.rows[body.count++] = row
}

/** The bytes as the HTTP client takes them; a view, not a copy. */
export const bytesOf = ({ arena, lease, end }: Body): Buffer => arena.node.subarray(lease.start, end)

const plainHead = new TextEncoder().encode('{"create":{"_id":"')

/** `"}}` + newline, the newline behind the document, and what wide copies may write over. */
const tail = 16

/** Most bytes row `row` may take. */
export const boundOf = ({ writer, head, ids }: Cargo, row: number): number =>
  head.length + 6 * (ids.end[row]! - ids.start[row]!) + tail + writer.bound(row)

/** Most bytes that any row of a cargo may take. */
export const mostOf = ({ writer, head, ids }: Omit<Cargo, 'most'>): number =>
  head.length + columnBound({ kind: 'text', ...ids }, ids.start.length) + tail + writer.most

/** Appends one operation; the caller made sure of the room. */
const append = (body: Body, cargo: Cargo, row: number): void => {
  const memory = body.arena.bytes
  let at = body.end
  if (body.count === 0) body.target = cargo.target
  const head = cargo.target === body.target ? plainHead : cargo.head
  for (let i = 0; i < head.length; i++) memory[at++] = head[i]!
  at = writeEscaped(body.arena, cargo.ids.start[row]!, cargo.ids.end[row]!, at)
  memory[at++] = 0x22
  memory[at++] = 0x7d
  memory[at++] = 0x7d
  memory[at++] = 0x0a
  at = cargo.writer.write(row, at)
  memory[at++] = 0x0a
  body.end = at
  note(body, cargo, row)
}

/** Where filling goes on: a cargo and a row. */
export interface Cursor {
  cargo: number
  row: number
}

/**
 * Appends live rows from the cursor on until `limit` bytes are reached or the next would not fit. Returns false when
 * it could not append any because the row at the cursor is too large for this body.
 */
export const fill = (body: Body, cargos: readonly Cargo[], cursor: Cursor, limit: number): boolean => {
  const stop = Math.min(body.lease.end, body.lease.start + limit)
  for (; cursor.cargo < cargos.length; cursor.cargo++, cursor.row = 0) {
    const cargo = cargos[cursor.cargo]!
    const { batch } = cargo
    for (; cursor.row < batch.count; cursor.row++) {
      if (batch.outcome[cursor.row] !== outcome.live) continue
      if (body.end + cargo.most > stop && body.end + boundOf(cargo, cursor.row) > stop) {
        if (body.count > 0) return true
        // Alone it may be larger than the limit, but not than the memory.
        if (body.end + boundOf(cargo, cursor.row) > body.lease.end) return false
      }
      append(body, cargo, cursor.row)
    }
  }
  return true
}

/** The same body with only these operations, in order. */
export const refill = (body: Body, cargos: readonly Cargo[], rows: readonly number[]): void => {
  clear(body)
  for (let i = 0; i < rows.length; i++) append(body, cargos[i]!, rows[i]!)
}
