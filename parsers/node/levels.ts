import { rangesOf } from 'tailrace'

/** Names of the numbers that pino and bunyan document; what lies between two goes by the one above. */
export const levelNames = rangesOf(
  'node.level',
  [
    [20, 'trace'],
    [30, 'debug'],
    [40, 'info'],
    [50, 'warn'],
    [60, 'error'],
  ],
  'fatal',
)
