import { markSite } from '../event/diagnostic.ts'
import { cutLines } from './messages.ts'
import { nameProblems } from './name-problems.ts'
import { openPortSource, type PortOptions } from './port-source.ts'
import type { Source } from './source.ts'

export interface TcpOptions extends PortOptions {
  readonly name: string
  readonly port: number
}

/**
 * Lines that programs send over TCP, with TLS where certificates are named. There is no acknowledgement: what was received
 * is kept on disk before more is read, and what a sender sends again is new records.
 */
export const tcp = (options: TcpOptions): Source => {
  const { name, host = '127.0.0.1', port, tls, insecure = false } = options
  const site = markSite(tcp)
  return {
    name,
    definition: { tcp: options },
    problems: nameProblems(name, site),
    listens: {
      what: `tcp source '${name}'`,
      on: 'tcp',
      host,
      port,
      guarded: tls?.clientCa !== undefined,
      insecure,
      mend: 'Ask for client certificates with `tls: { certificate, key, clientCa }`, or write `insecure: true`',
      site,
      texts: [],
    },
    open: (context) =>
      openPortSource(
        { kind: 'tcp', name, host, port, stream: true, datagram: false, options, cutter: cutLines, apart: false },
        context,
      ),
  }
}
