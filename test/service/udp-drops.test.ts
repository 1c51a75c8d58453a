import { expect, test } from 'vitest'
import { dropsOf } from '../../src/service/udp-drops.ts'

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n'
const row = (local: string, drops: number): string =>
  ` 4711: ${local} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 31337 2 0000000000000000 ${drops}\n`

test('drops are those of the port, on every address of it, and undefined where the system tells of none', () => {
  const four = `${head}${row('0100007F:0202', 3)}${row('0100007F:1202', 5)}`
  const six = `${head}${row('00000000000000000000000000000000:0202', 4)}`
  expect(dropsOf([four, six], 0x202)).toBe(7)
  expect(dropsOf([four, ''], 0x203)).toBeUndefined()
})
