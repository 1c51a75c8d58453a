import { markSite } from '../event/diagnostic.ts'
import { captureOf } from './capture.ts'
import type { Capture, Fits, Offered, Yields } from './part.ts'

/**
 * Structured data as syslog has it (RFC 5424): `[id name="value" …][…]`, to members `id.name`. A parameter that comes
 * several times in a row is a list. What could not be printed back as it is written does not fit.
 */
export const structuredData = <const N extends Offered<'flattened'>>(
  name: N & Fits<N, 'flattened'>,
): Capture<Yields<N, 'flattened'>, object> =>
  captureOf({
    site: markSite(structuredData),
    name,
    type: 'flattened',
    extent: 'self',
    value: { as: 'structured_data' },
  })
