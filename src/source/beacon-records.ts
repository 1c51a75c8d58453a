import { hash } from 'node:crypto'
import type { Request } from './listening.ts'

/** What a page of an origin that may send is to be told; without `access-control-allow-origin`: it may not. */
export const originHeaders = ({ headers }: Request, origins: readonly string[]): Readonly<Record<string, string>> => {
  const { origin } = headers
  if (origin === undefined) return {}
  if (!origins.includes('*') && !origins.includes(origin)) return { vary: 'Origin' }
  return { 'access-control-allow-origin': origin, vary: 'Origin' }
}

/** Characters of an agent that are kept. */
const longestAgent = 512
const closing = 0x7d

/** The share of sessions that is kept: all records of a session, or none. */
const isKept = (line: string, sample: number): boolean => {
  const { session } = JSON.parse(line) as { readonly session?: { readonly id?: unknown } | null }
  const id = session?.id
  if (typeof id !== 'string' && typeof id !== 'number') return Math.random() < sample
  return hash('sha256', `beacon ${id}`, 'buffer').readUInt32BE(0) / 2 ** 32 < sample
}

/**
 * Leaves out what is not sampled, and adds to each record whom it came from, as its last member, so that no client can say it
 * instead.
 */
export const prepareBeacons =
  (sample: number) =>
  (records: Buffer, { address, headers }: Request): { readonly bytes: Uint8Array; readonly count: number } => {
    const from = { address, user_agent: headers['user-agent']?.slice(0, longestAgent) }
    const added = `"tailrace":${JSON.stringify(from)}}\n`
    const lines: string[] = []
    for (const raw of records.toString().split('\n')) {
      const line = raw.trim()
      if (line === '' || (sample < 1 && !isKept(line, sample))) continue
      const end = line.lastIndexOf(String.fromCharCode(closing))
      const body = line.slice(0, end).trimEnd()
      lines.push(`${body}${body.endsWith('{') && body.length === 1 ? '' : ','}${added}`)
    }
    return { bytes: Buffer.from(lines.join('')), count: lines.length }
  }
