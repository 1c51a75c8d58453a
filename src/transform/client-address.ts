import { type Batch, outcome } from '../event/batch.ts'
import { absent } from '../event/column.ts'
import { type Diagnostic, diagnose, markSite } from '../event/diagnostic.ts'
import { type IpRange, parseCidr, parseIp } from '../event/ip.ts'
import { declare, type FieldsOf } from './declare.ts'
import { textDictionary } from './dictionary.ts'
import { distinctElements, distinctOf, textOf } from './distinct.ts'
import type { Transform } from './transform.ts'

export interface ClientAddressOptions {
  /** Networks of our own proxies, whose word on where a request came from is taken: `['10.0.0.0/8']`; `unix:` for sockets. */
  readonly trusted: readonly string[]
  /** Addresses in the order a request passed them, the client's first; `nginx.access.forwarded_for`, if `listed` `nginx.access.remote_ip_list`. */
  readonly list?: string
  /** Who connected to the server that wrote the log, the last hop; `source.address`. */
  readonly peer?: string
  /**
   * The list is all there is: it ends with who connected (a log format that begins with a list of addresses). Then
   * `peer`, which the parser picked from that list, counts only where an event has no list.
   */
  readonly listed?: boolean
}

interface Hop {
  /** As written. */
  readonly text: string
  readonly ip: Uint8Array | undefined
  readonly trusted: boolean
}

const hopOf = (text: string, trusted: readonly IpRange[], sockets: boolean): Hop => {
  if (text.startsWith('unix:')) return { text, ip: undefined, trusted: sockets }
  // `203.0.113.7:51034` and `[2001:db8::1]:443` are addresses with ports, as some proxies send them.
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text
  const bytes = Buffer.from(bare)
  const ip = new Uint8Array(16)
  if (!parseIp(bytes, 0, bytes.length, ip, 0)) return { text, ip: undefined, trusted: false }
  return {
    text,
    ip,
    trusted: trusted.some(({ from, to }) => Buffer.compare(ip, from) >= 0 && Buffer.compare(ip, to) <= 0),
  }
}

/** Codes of both columns' values in one numbering; the hops of each are worked out once. */
const createHops = (trusted: readonly IpRange[], sockets: boolean) => {
  const hops: Hop[] = []
  const known = new Map<string, number>()
  return {
    hops,
    codeOf(text: string): number {
      let code = known.get(text)
      if (code === undefined) {
        code = hops.push(hopOf(text, trusted, sockets)) - 1
        known.set(text, code)
      }
      return code
    },
  }
}

const none: Uint32Array = new Uint32Array(0)

/**
 * Adds `client.address` and `client.ip`: the nearest hop that is none of our own proxies, looked for from the server
 * outwards. Nobody else's claim is believed: where the peer is no trusted proxy, it is the client, whatever its
 * headers say. All trusted: the first of the list.
 */
export const clientAddress = (
  options: ClientAddressOptions,
): Transform<FieldsOf<'source.address'>, FieldsOf<'client.address' | 'client.ip'>> => {
  const site = markSite(clientAddress)
  const { peer = 'source.address', listed = false } = options
  const { list = listed ? 'nginx.access.remote_ip_list' : 'nginx.access.forwarded_for' } = options
  const problems: Diagnostic[] = []
  const sockets = options.trusted.includes('unix:')
  const trusted = options.trusted.flatMap((text) => {
    if (text === 'unix:') return []
    const range = parseCidr(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`)
    if (range === undefined)
      problems.push(diagnose(site, `clientAddress: '${text}' is no network`, 'Write it as 10.0.0.0/8 or 2001:db8::/32'))
    return range ?? []
  })
  return Object.freeze({
    name: 'clientAddress',
    needs: [peer],
    adds: declare('client.address', 'client.ip'),
    problems,
    apply(batch: Batch) {
      const { hops, codeOf } = createHops(trusted, sockets)
      const listColumn = batch.columns.get(list)
      const peerColumn = batch.columns.get(peer)
      let first: Uint32Array = none
      let inList: Uint32Array = none
      if (listColumn?.kind === 'list') {
        const distinct = distinctElements(batch, listColumn.first, listColumn.values)
        if (distinct !== undefined) {
          const map = mapCodes(distinct.count, (code) => codeOf(textOf(distinct, code)))
          first = listColumn.first
          inList = recode(distinct.codes, map)
        }
      }
      const peers = peerColumn === undefined ? undefined : distinctOf(batch, peerColumn)
      const ofPeer =
        peers === undefined
          ? none
          : recode(
              peers.codes,
              mapCodes(peers.count, (code) => codeOf(textOf(peers, code))),
            )
      const codes = batch.scratch.u32(batch.count)
      for (let i = 0; i < batch.count; i++)
        codes[i] =
          batch.outcome[i] === outcome.live ? clientOf(hops, first, inList, ofPeer[i] ?? absent, i, listed) : absent
      if (hops.length === 0) return
      const values = batch.scratch.u8(hops.length * 16)
      const present = batch.scratch.u8(hops.length)
      for (const [code, { ip }] of hops.entries()) {
        values.fill(0, code * 16, code * 16 + 16)
        if (ip !== undefined) values.set(ip, code * 16)
        present[code] = ip === undefined ? 0 : 1
      }
      batch.columns.set(
        'client.address',
        textDictionary(
          batch,
          codes,
          hops.map(({ text }) => text),
        ),
      )
      batch.columns.set('client.ip', { kind: 'dictionary', codes, values: { kind: 'ip', values, present } })
    },
  })
}

const mapCodes = (count: number, map: (code: number) => number): Uint32Array => {
  const codes = new Uint32Array(count)
  for (let code = 0; code < count; code++) codes[code] = map(code)
  return codes
}
const recode = (codes: Uint32Array, map: Uint32Array): Uint32Array => {
  for (let i = 0; i < codes.length; i++) if (codes[i] !== absent) codes[i] = map[codes[i]!]!
  return codes
}

/** Who connected, if that is none of ours; else the nearest hop before that is none; else the farthest known. */
const clientOf = (
  hops: readonly Hop[],
  first: Uint32Array,
  inList: Uint32Array,
  peer: number,
  row: number,
  listed: boolean,
): number => {
  const from = first.length === 0 ? 0 : first[row]!
  const to = first.length === 0 ? 0 : first[row + 1]!
  const whole = listed && to > from
  if (!whole && (peer === absent || !hops[peer]!.trusted)) return peer
  let farthest = whole ? absent : peer
  for (let i = to - 1; i >= from; i--) {
    const code = inList[i]!
    if (code === absent) continue
    if (!hops[code]!.trusted) return code
    farthest = code
  }
  return farthest
}
