import { readdir, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { fsyncFile } from '../durable/file.ts'
import { encodedSize, readIdentities } from './identities.ts'
import { besides, checkSegment, isSegment, quarantine, removeSegment, type SegmentState } from './segment.ts'

/** Bytes of a segment that are lost. */
export interface Damage {
  readonly path: string
  readonly from: number
  readonly to: number
}

/** What a spool directory holds when it is opened. */
export interface Stock {
  /** Sound bytes of each segment. */
  readonly complete: Map<string, number>
  readonly damage: readonly Damage[]
}

/**
 * Checks every segment. What was being written when the service ended was never acknowledged and is cut off the last
 * one; anything else that does not agree with its sums is damage: it is kept aside and said.
 */
export const takeStock = async (directory: string, report: (text: string) => void): Promise<Stock> => {
  const complete = new Map<string, number>()
  const damage: Damage[] = []
  const names = (await readdir(directory)).filter(isSegment).sort()
  for (const name of names) {
    const path = join(directory, name)
    const state = await checkSegment(path)
    const { size, length, pieces } = state
    const bad = [...state.damaged, ...(length < size && name !== names.at(-1) ? [{ from: length, to: size }] : [])]
    if (bad.length > 0) {
      damage.push(...bad.map(({ from, to }) => ({ path, from, to })))
      await putAside(path, state, bad, report)
    }
    // In place, so that it stays the file it is.
    if (length < size) await truncate(path, length)
    await cutIdentities(path, pieces)
    if (length === 0) await removeSegment(path)
    else {
      // A process that was killed may not have come to sync it, and what is read of it counts from now on.
      await fsyncFile(path)
      await fsyncFile(besides(path, 'sums'))
      complete.set(path, length)
    }
  }
  return { complete, damage }
}

const putAside = async (
  path: string,
  state: SegmentState,
  bad: readonly { readonly from: number; readonly to: number }[],
  report: (text: string) => void,
): Promise<void> => {
  const spans = bad.map(({ from, to }) => `${from} to ${to}`).join(', ')
  const copy = `${path}.damaged`
  try {
    await quarantine(path, copy, state)
    report(
      `${path} is damaged (bytes ${spans}): what stood there is lost, the rest is read; the whole was kept as ${copy}`,
    )
  } catch (error) {
    report(`${path} is damaged (bytes ${spans}) and could not be kept aside as ${copy}: ${String(error)}`)
  }
}

/** Identities of pieces that were never finished are those of records the client sends again. */
const cutIdentities = async (path: string, pieces: number): Promise<void> => {
  const ids = besides(path, 'ids')
  const groups = await readIdentities(ids)
  const sound = groups.filter(({ piece }) => piece < pieces)
  if (sound.length === 0) await rm(ids, { force: true })
  else await truncate(ids, encodedSize(sound))
}
