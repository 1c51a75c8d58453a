import { type Batch, kill, outcome } from '../../event/batch.ts'
import { createWriter } from '../../event/document.ts'
import type { Failure } from '../../event/failure.ts'
import type { Arena } from '../../memory/arena.ts'
import { type BackoffOptions, createBackoff } from '../retry.ts'
import type { Ask } from './ask.ts'
import { type Attempt, attemptOf, endingOf, filter, smallestLimit } from './attempt.ts'
import { type Body, boundOf, bytesOf, type Cargo, cargoOf, clear, fill, idOf, idsOf, mostOf, refill } from './body.ts'
import type { BodyPool } from './body-pool.ts'
import { openBulkReply } from './bulk-reply.ts'
import type { Concurrency, Ending } from './concurrency.ts'
import { type Connection, NoReply } from './connection.ts'
import { heldIds, refreshTargets } from './held.ts'
import type { Targets } from './target.ts'
import type { Troubles } from './trouble.ts'
import { type BulkItem, failureOf, judge } from './verdict.ts'
import { silenceOf, wordsOf } from './words.ts'

export interface BulkOptions {
  readonly connection: Connection
  readonly ask: Ask
  readonly targets: Targets
  readonly troubles: Troubles
  readonly pool: BodyPool
  readonly concurrency: Concurrency
  readonly backoff: BackoffOptions
  readonly bodyBytes: number
  /** Data stream or alias of a batch. */
  readonly targetOf: (batch: Batch) => string
  /** Targets are made here; else they are somebody else's business. */
  readonly creates: boolean
  /** Documents go to aliases: without one an index of its name would be made silently. */
  readonly requiresAlias: boolean
  /** Sources whose records another machine may have stored already. */
  readonly shared: ReadonlySet<string>
}

/** Requests without an answer, while others are answered, after which a body is sent in halves. */
const silentTries = 3
/** Times a store may break over one document while it takes others. */
const failingTries = 5
const largeDocument = 1 << 20

/** Documents that the store broke over: how often, and how many it had taken when that began. */
type Failing = Map<Cargo, Map<number, { tries: number; readonly accepted: number }>>

/** Whether to give a document up: the store took others meanwhile, so that it is not the store that is broken. */
const isHopeless = (failing: Failing, cargo: Cargo, row: number, before: number, accepted: number): boolean => {
  const rows = failing.get(cargo) ?? new Map<number, { tries: number; readonly accepted: number }>()
  failing.set(cargo, rows)
  const seen = rows.get(row) ?? { tries: 0, accepted: before }
  rows.set(row, seen)
  seen.tries++
  return seen.tries >= failingTries && accepted > seen.accepted
}

/** Writes batches as bulk requests until every live row has an outcome. */
export const createBulk = (options: BulkOptions) => {
  const { connection, ask, targets, troubles, pool, concurrency, shared } = options
  let limit = options.bodyBytes
  /** Documents taken by the store in the life of this sink. */
  let accepted = 0

  const toCargo = (batch: Batch): Cargo => {
    const ids = batch.columns.get('event.id')
    if (ids?.kind !== 'text') throw new Error(`a batch of ${batch.dataset} has no event.id: provenance was not added`)
    const target = options.targetOf(batch)
    const head = Buffer.from(`{"create":{"_index":${JSON.stringify(target)},"_id":"`)
    const cargo = { batch, writer: createWriter(batch), ids, target, head }
    return { ...cargo, most: mostOf(cargo) }
  }

  const request = async (body: Body, signal: AbortSignal): Promise<Attempt> => {
    const turn = await concurrency.enter(signal)
    let ending: Ending = 'other'
    try {
      const attempt = await send(body, signal)
      ending = endingOf(attempt)
      return attempt
    } finally {
      turn.end(ending, body.end - body.lease.start)
    }
  }

  const send = async (body: Body, signal: AbortSignal): Promise<Attempt> => {
    try {
      const query = { filter_path: filter, ...(options.requiresAlias ? { require_alias: true } : {}) }
      const bulk = bytesOf(body)
      const path = `/${encodeURIComponent(body.target)}/_bulk`
      const read = openBulkReply(idsOf(body))
      return attemptOf(await connection.send({ method: 'POST', path, query, bulk, read }, signal), read, body)
    } catch (error) {
      if (!(error instanceof NoReply)) throw error
      return { kind: 'unknown', text: silenceOf(error), wish: 0, silent: true, busy: true }
    }
  }

  /** Target → dataset. */
  const targetsOf = (body: Body): ReadonlyMap<string, string> =>
    new Map(body.cargos.map(({ target, batch }) => [target, batch.dataset]))

  /** After a request of unknown outcome: what the store holds of it is stored, the rest stays in the body. */
  const settle = async (body: Body, signal: AbortSignal): Promise<void> => {
    const where = [...targetsOf(body).keys()].map(encodeURIComponent).join(',')
    await refreshTargets(ask, where, signal)
    const ids = Array.from({ length: body.count }, (_, i) => idOf(body, i))
    const held = await heldIds(ask, where, ids, signal)
    if (held.size === 0) return
    const cargos: Cargo[] = []
    const rows: number[] = []
    for (let i = 0; i < body.count; i++) {
      const row = body.rows[i]!
      const cargo = cargoOf(body, i)
      if (held.has(ids[i]!)) cargo.batch.outcome[row] = outcome.stored
      else {
        cargos.push(cargo)
        rows.push(row)
      }
    }
    refill(body, cargos, rows)
  }

  const bury = (body: Body, failure: Failure): void => {
    for (let i = 0; i < body.count; i++) kill(cargoOf(body, i).batch, body.rows[i]!, failure)
    clear(body)
  }

  const halve = async (body: Body, signal: AbortSignal): Promise<void> => {
    const cargos = Array.from({ length: body.count }, (_, i) => cargoOf(body, i))
    const rows = [...body.rows.subarray(0, body.count)]
    const middle = rows.length >> 1
    refill(body, cargos.slice(0, middle), rows.slice(0, middle))
    await deliver(body, signal)
    refill(body, cargos.slice(middle), rows.slice(middle))
    await deliver(body, signal)
  }

  /** Sets outcomes; leaves in the body what has none yet. Returns why that is, if anything is left. */
  const take = (body: Body, items: readonly BulkItem[], failing: Failing): string | undefined => {
    const cargos: Cargo[] = []
    const rows: number[] = []
    const before = accepted
    let why: BulkItem | undefined
    for (let i = 0; i < items.length; i++) {
      const item = items[i]!
      const cargo = cargoOf(body, i)
      const row = body.rows[i]!
      const { batch } = cargo
      if (item.status === 201 && item.failure_store === undefined) {
        batch.outcome[row] = outcome.stored
        accepted++
        continue
      }
      const verdict = judge(item)
      if (verdict === 'stored') {
        batch.outcome[row] = outcome.stored
        accepted++
      } else if (verdict === 'held')
        batch.outcome[row] = shared.has(batch.block.origin.source) ? outcome.duplicate : outcome.stored
      else if (verdict === 'redirected') batch.outcome[row] = outcome.redirected
      else if (verdict === 'dead') kill(batch, row, failureOf(item))
      else {
        if (verdict === 'missing') targets.forget(cargo.target)
        if (verdict === 'failing' && isHopeless(failing, cargo, row, before, accepted)) {
          kill(batch, row, failureOf(item))
          continue
        }
        why ??= item
        cargos.push(cargo)
        rows.push(row)
      }
    }
    if (why === undefined) {
      clear(body)
      return undefined
    }
    refill(body, cargos, rows)
    return `store answers ${why.status} for ${rows.length} ${rows.length === 1 ? 'document' : 'documents'}: ${wordsOf(why.error)}`
  }

  const deliver = async (body: Body, signal: AbortSignal): Promise<void> => {
    const backoff = createBackoff(options.backoff)
    const trouble = troubles.open()
    const failing: Failing = new Map()
    let silent = 0
    try {
      while (body.count > 0) {
        if (options.creates) for (const [name, dataset] of targetsOf(body)) await targets.ensure(name, dataset, signal)
        const attempt = await request(body, signal)
        if (attempt.kind === 'created') {
          for (let i = 0; i < body.count; i++) cargoOf(body, i).batch.outcome[body.rows[i]!] = outcome.stored
          accepted += body.count
          clear(body)
          continue
        }
        if (attempt.kind === 'items') {
          const before = body.count
          const why = take(body, attempt.items, failing)
          if (why === undefined) continue
          if (body.count < before) backoff.reset()
          trouble.say(why)
          await backoff.wait(signal)
          continue
        }
        if (attempt.kind === 'unfit') {
          const { failure, sure, text } = attempt
          if (failure.code === 'too_large')
            limit = Math.max(smallestLimit, Math.min(limit, (body.end - body.lease.start) >> 1))
          if (body.count > 1) await halve(body, signal)
          else if (sure || isHopeless(failing, cargoOf(body, 0), body.rows[0]!, accepted, accepted)) bury(body, failure)
          else {
            trouble.say(text)
            await backoff.wait(signal)
          }
          continue
        }
        trouble.say(attempt.text)
        await backoff.wait(signal, attempt.wish)
        if (attempt.kind === 'refused') {
          if (attempt.missing) for (const name of targetsOf(body).keys()) targets.forget(name)
          continue
        }
        await settle(body, signal)
        if (!attempt.silent) continue
        silent++
        if (silent >= silentTries && body.count > 1) await halve(body, signal)
        else if (silent >= 2 * silentTries && body.end - body.lease.start > largeDocument)
          bury(body, { stage: 'store', code: 'too_large', reason: attempt.text })
      }
    } finally {
      trouble.end()
    }
  }

  const deliverLarge = async (cargo: Cargo, row: number, arena: Arena, signal: AbortSignal): Promise<void> => {
    const body = await pool.takeLarge(arena, boundOf(cargo, row), signal)
    if (body === undefined) {
      kill(cargo.batch, row, { stage: 'store', code: 'too_large', reason: 'the document does not fit into memory' })
      return
    }
    try {
      refill(body, [cargo], [row])
      await deliver(body, signal)
    } finally {
      pool.drop(body)
    }
  }

  const writeFrom = async (arena: Arena, batches: readonly Batch[], signal: AbortSignal): Promise<void> => {
    const cargos = batches.map(toCargo)
    const cursor = { cargo: 0, row: 0 }
    const body = await pool.take(arena, signal)
    try {
      while (cursor.cargo < cargos.length) {
        const fits = fill(body, cargos, cursor, limit)
        if (body.count > 0) await deliver(body, signal)
        else if (!fits) await deliverLarge(cargos[cursor.cargo]!, cursor.row++, arena, signal)
      }
    } finally {
      pool.give(body)
    }
  }

  return async (batches: readonly Batch[], signal: AbortSignal): Promise<void> => {
    const byArena = Map.groupBy(batches, ({ block }) => block.arena)
    for (const [arena, group] of byArena) await writeFrom(arena, group, signal)
  }
}
