import { escaped, host } from 'tailrace'

/** The host that was asked for, as an access log may begin with it, perhaps with its port. */
export const asked = (as: 'hex' | 'any') =>
  escaped(
    as,
    host('destination.address', { port: 'destination.port', ip: 'destination.ip', domain: 'destination.domain' }),
  )
