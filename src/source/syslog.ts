import { markSite } from '../event/diagnostic.ts'
import { cutSyslog } from './messages.ts'
import { nameProblems } from './name-problems.ts'
import { openPortSource, type PortOptions } from './port-source.ts'
import type { Source } from './source.ts'

export interface SyslogOptions extends PortOptions {
  /** Default `syslog`. */
  readonly name?: string
  /** Default 514 (6514 with TLS); ports below 1024 need the right to them. */
  readonly port?: number
  /** Over what it comes; default both, with TLS only `tcp`. */
  readonly over?: readonly ('udp' | 'tcp')[]
}

/**
 * Syslog as RFC 3164 and RFC 5424 have it, over UDP, TCP and TLS, framed by length or by line ends (RFC 6587). The parser
 * `system.syslog` reads it. Line ends within a message are written `#012`, as syslog daemons do. There is no
 * acknowledgement: over TCP a sender waits while nothing can be kept; datagrams are lost then, and when they come faster
 * than the system takes them. Both losses are counted and stated.
 */
export const syslog = (options: SyslogOptions = {}): Source => {
  const { name = 'syslog', host = '127.0.0.1', tls, insecure = false } = options
  const port = options.port ?? (tls === undefined ? 514 : 6514)
  const over = options.over ?? (tls === undefined ? ['udp', 'tcp'] : ['tcp'])
  const datagram = over.includes('udp')
  const site = markSite(syslog)
  return {
    name,
    definition: { syslog: options },
    problems: nameProblems(name, site),
    listens: {
      what: `syslog source '${name}'`,
      on: over.includes('tcp') ? 'tcp' : 'udp',
      host,
      port,
      // A datagram shows no certificate.
      guarded: tls?.clientCa !== undefined && !datagram,
      insecure,
      mend: "Ask for client certificates with `over: ['tcp'], tls: { certificate, key, clientCa }`, or write `insecure: true`",
      site,
      texts: [],
    },
    open: (context) =>
      openPortSource(
        {
          kind: 'syslog',
          name,
          host,
          port,
          stream: over.includes('tcp'),
          datagram,
          options,
          cutter: cutSyslog,
          apart: true,
        },
        context,
      ),
  }
}
