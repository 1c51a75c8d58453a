import { expect, test } from 'vitest'
import { clientAddress } from '../../src/transform/client-address.ts'
import type { Row } from '../support/batch.ts'
import { at, through } from './documents.ts'

const clientsOf = async (rows: readonly Row[], options: Parameters<typeof clientAddress>[0]): Promise<unknown[]> =>
  (await through(rows, [clientAddress(options)])).map((document) => at(document, 'client'))
const hopsIn =
  (field: string) =>
  (peer: string, ...list: readonly string[]): Row => ({
    'source.address': peer,
    ...(list.length === 0 ? {} : { [field]: list }),
  })
const hop = hopsIn('nginx.access.forwarded_for')
const listed = hopsIn('nginx.access.remote_ip_list')
const trusted = ['10.0.0.0/8', '2001:db8:ffff::/48', '192.0.2.1']

test('the client is the nearest hop that is no proxy of ours', async () => {
  expect(
    await clientsOf(
      [
        hop('10.0.0.1', '203.0.113.7'),
        hop('10.0.0.1', '198.51.100.9', '203.0.113.7', '10.0.0.2'),
        hop('2001:db8:ffff::1', '2001:DB8::7'),
        hop('192.0.2.1', '203.0.113.7'),
        hop('10.0.0.1'),
        hop('10.0.0.1', '10.0.0.3', '10.0.0.2'),
      ],
      { trusted },
    ),
  ).toEqual([
    { address: '203.0.113.7', ip: '203.0.113.7' },
    { address: '203.0.113.7', ip: '203.0.113.7' },
    { address: '2001:DB8::7', ip: '2001:db8::7' },
    { address: '203.0.113.7', ip: '203.0.113.7' },
    { address: '10.0.0.1', ip: '10.0.0.1' },
    { address: '10.0.0.3', ip: '10.0.0.3' },
  ])
})

test('who connects without being a proxy of ours is not believed', async () => {
  expect(
    await clientsOf([hop('203.0.113.66', '203.0.113.66', '8.8.8.8'), hop('203.0.113.66', '8.8.8.8', '10.0.0.1')], {
      trusted,
    }),
  ).toEqual([
    { address: '203.0.113.66', ip: '203.0.113.66' },
    { address: '203.0.113.66', ip: '203.0.113.66' },
  ])
})

test('a list that is all there is ends with who connected', async () => {
  const rows = [listed('198.51.100.9', '198.51.100.9', '203.0.113.7', '10.0.0.2'), listed('198.51.100.9')]
  expect(await clientsOf(rows, { trusted, listed: true })).toEqual([
    { address: '203.0.113.7', ip: '203.0.113.7' },
    { address: '198.51.100.9', ip: '198.51.100.9' },
  ])
})

test('ports are no part of an address, names and sockets are kept as written', async () => {
  expect(
    await clientsOf(
      [
        hop('10.0.0.1', '203.0.113.7:51034'),
        hop('10.0.0.1', '[2001:db8::1]:443'),
        hop('10.0.0.1', 'unknown'),
        hop('unix:', '203.0.113.7'),
      ],
      { trusted: [...trusted, 'unix:'] },
    ),
  ).toEqual([
    { address: '203.0.113.7:51034', ip: '203.0.113.7' },
    { address: '[2001:db8::1]:443', ip: '2001:db8::1' },
    { address: 'unknown' },
    { address: '203.0.113.7', ip: '203.0.113.7' },
  ])
  expect(await clientsOf([hop('unix:', '203.0.113.7')], { trusted })).toEqual([{ address: 'unix:' }])
})

test('a network that is none is a mistake of the definition', () => {
  const { problems } = clientAddress({ trusted: ['10.0.0.0/33', 'lan'] })
  expect(problems?.map(({ text }) => text)).toEqual([
    "clientAddress: '10.0.0.0/33' is no network",
    "clientAddress: 'lan' is no network",
  ])
})
