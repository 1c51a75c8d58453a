import { expect, test } from 'vitest'
import { parseProxies } from '../../src/access/proxies.ts'

test('proxies are addresses and networks of both families', () => {
  const isProxy = parseProxies(['127.0.0.1', '10.0.0.0/8', '2001:db8::/32', '::1'])!
  for (const address of ['127.0.0.1', '10.255.0.1', '2001:db8:1::5', '::1', '::ffff:10.0.0.7'])
    expect([address, isProxy(address)]).toEqual([address, true])
  for (const address of ['127.0.0.2', '11.0.0.1', '2001:db9::', '', 'unknown', '10.0.0.1, 11.0.0.1'])
    expect([address, isProxy(address)]).toEqual([address, false])
})

test.each(['', 'localhost', '10.0.0.0/', '10.0.0.0/33', '::/129', '10.0.0/8', '1.2.3.4/8/8', '10.0.0.0/-1'])(
  '%j is no proxy',
  (text) => {
    expect(parseProxies([text])).toBeUndefined()
  },
)
