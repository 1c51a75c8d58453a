import { cp, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { release } from '../../src/event/batch.ts'
import { geoip } from '../../src/transform/geoip.ts'
import { batchOf } from '../support/batch.ts'
import { at, documentsOf, through } from './documents.ts'

const city = fileURLToPath(new URL('mmdb/GeoLite2-City-Test.mmdb', import.meta.url))
const asn = fileURLToPath(new URL('mmdb/GeoLite2-ASN-Test.mmdb', import.meta.url))

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tailrace-geoip-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('the database that comes with the install knows countries', async () => {
  const [one, other] = await through([{ 'source.ip': '8.8.8.8' }, { 'source.ip': '2a00:1450::1' }], [geoip()])
  expect(at(one, 'source.geo')).toEqual({ country_iso_code: 'US', country_name: 'United States' })
  expect(at(other, 'source.geo')).toEqual({ country_iso_code: 'IE', country_name: 'Ireland' })
})

test('city and system databases add all they know', async () => {
  const [document] = await through([{ 'source.ip': '89.160.20.112' }], [geoip({ city, asn })])
  expect(at(document, 'source.geo')).toEqual({
    country_iso_code: 'SE',
    country_name: 'Sweden',
    continent_code: 'EU',
    region_name: 'Östergötland County',
    city_name: 'Linköping',
  })
  expect(at(document, 'source.as')).toEqual({ number: 29518, organization: { name: 'Bredband2 AB' } })
})

test('private, local and reserved addresses get nothing', async () => {
  const rows = [
    '10.1.2.3',
    '127.0.0.1',
    '192.168.1.1',
    '172.31.0.1',
    '100.64.0.1',
    '169.254.1.1',
    '::1',
    'fe80::1',
    'fd00::1',
    '224.0.0.1',
    '203.0.113.7',
    '2001:db8::1',
  ]
  for (const document of await through(
    rows.map((ip) => ({ 'source.ip': ip })),
    [geoip()],
  ))
    expect(at(document, 'source.geo')).toBeUndefined()
})

test('another field may be looked up', async () => {
  const [document] = await through(
    [{ 'client.ip': '8.8.8.8', 'source.ip': '10.0.0.1' }],
    [geoip({ field: 'client.ip' })],
  )
  expect(at(document, 'source.geo.country_iso_code')).toBe('US')
})

test('a field that holds no addresses is a mistake of the definition', () => {
  expect(geoip({ field: 'message' }).problems?.map(({ text }) => text)).toEqual([
    'geoip looks up addresses, but message holds none',
  ])
  expect(geoip().problems).toEqual([])
})

test('a missing or foreign file is refused with how to mend it', async () => {
  await expect(geoip({ city: join(folder, 'none.mmdb') }).open!()).rejects.toThrow(
    /none\.mmdb cannot be read .*Name an existing \.mmdb file/,
  )
  const text = join(folder, 'text.mmdb')
  await writeFile(text, 'no database')
  await expect(geoip({ country: text }).open!()).rejects.toThrow(/text\.mmdb cannot be read/)
})

test('a file that changed is read again, one that broke is not taken over', async () => {
  const path = join(folder, 'changing.mmdb')
  await cp(asn, path)
  const step = geoip({ asn: path })
  await step.open!()
  const look = (): unknown => {
    const batch = batchOf([{ 'source.ip': '89.160.20.112' }])
    step.apply(batch)
    const [document] = documentsOf(batch)
    release(batch)
    return at(document, 'source.as.number')
  }
  expect(look()).toBe(29518)
  await writeFile(path, 'half of a')
  expect(look()).toBe(29518)
  expect(step.trouble).toMatch(/changing\.mmdb could not be read again/)
  // The city database knows no systems: answers must come from the new file.
  await cp(city, path)
  await utimes(path, 1, 1)
  expect(look()).toBeUndefined()
  expect(step.trouble).toBeUndefined()
})
