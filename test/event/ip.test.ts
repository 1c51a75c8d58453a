import { isIP } from 'node:net'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { hexIp, ipOf, parseCidr, printIp } from '../../src/event/ip.ts'

const print = (text: string): string | undefined => {
  const bytes = ipOf(text)
  return bytes && printIp(bytes, 0)
}

describe('addresses', () => {
  test.for([
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['fe80::', 'fe80::'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::ffff:102:304', '1.2.3.4'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ] as const)('%s is read and printed as %s', ([text, printed]) => expect(print(text)).toBe(printed))

  test.for([
    '', '-', 'unix:', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.4 ', '1.2.3.4:80', ':1', '1:', '1::2::3', ':::',
    '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::', 'fe80::1%eth0', '12345::', 'g::', '1:2:3:4:5:6:7:1.2.3.4', '::1.2.3', '1..2.3',
  ])('%s is no address', (text) => expect(ipOf(text)).toBeUndefined()) // biome-ignore format: a list

  property.prop([fc.oneof(fc.ipV4(), fc.ipV6())])('what is printed reads as the same bytes', (text) => {
    const bytes = ipOf(text)!
    expect(ipOf(printIp(bytes, 0))).toEqual(bytes)
  })

  property.prop([fc.string({ unit: fc.constantFrom(...'0129af:.'), maxLength: 16 })])(
    'node agrees on what is one',
    (text) => {
      expect(ipOf(text) !== undefined).toBe(isIP(text) !== 0)
    },
  )
})

describe('networks', () => {
  test.for([
    ['10.0.0.0/8', '00000000000000000000ffff0a000000', '00000000000000000000ffff0affffff'],
    ['10.1.2.3/32', '00000000000000000000ffff0a010203', '00000000000000000000ffff0a010203'],
    ['10.1.2.3/31', '00000000000000000000ffff0a010202', '00000000000000000000ffff0a010203'],
    ['0.0.0.0/0', '00000000000000000000ffff00000000', '00000000000000000000ffffffffffff'],
    ['2001:db8::/33', '20010db8000000000000000000000000', '20010db87fffffffffffffffffffffff'],
    ['::/0', '00000000000000000000000000000000', 'ffffffffffffffffffffffffffffffff'],
  ] as const)('%s', ([text, from, to]) => {
    const range = parseCidr(text)!
    expect([hexIp(range.from), hexIp(range.to)]).toEqual([from, to])
  })

  test.for(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/08', '::/129', 'x/8'])('%s is none', (text) =>
    expect(parseCidr(text)).toBeUndefined(),
  )
})
