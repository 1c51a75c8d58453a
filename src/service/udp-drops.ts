import { readFile } from 'node:fs/promises'
import type { PortParts } from './ports.ts'

const every = 10_000

/** Datagrams that the kernel threw away for sockets of this port, as Linux tells; undefined where the system does not. */
export const dropsOf = (tables: readonly string[], port: number): number | undefined => {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  let sum: number | undefined
  for (const table of tables)
    for (const line of table.split('\n')) {
      const columns = line.trim().split(/\s+/)
      if (columns[1]?.endsWith(local) !== true) continue
      sum = (sum ?? 0) + Number(columns.at(-1))
    }
  return sum
}

/** Counts and states what the kernel throws away because it comes faster than it is read: nobody can get it back. */
export const watchDrops = (port: number, what: string, { source, log, metrics }: PortParts): { stop(): void } => {
  let before = 0
  const look = async (): Promise<void> => {
    const tables = await Promise.all(
      ['/proc/net/udp', '/proc/net/udp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
    )
    const drops = dropsOf(tables, port) ?? 0
    if (drops > before) {
      metrics.datagramsDropped.inc({ source }, drops - before)
      log.error(
        { source },
        `${drops - before} datagrams to the ${what} were thrown away by the kernel before they could be read; they are lost. Raise net.core.rmem_max: sysctl net.core.rmem_max=8388608; or send over TCP`,
      )
    }
    before = Math.max(before, drops)
  }
  const timer = setInterval(() => void look(), every).unref()
  return { stop: () => clearInterval(timer) }
}
