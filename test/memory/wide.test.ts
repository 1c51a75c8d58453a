import { fc, test } from '@fast-check/vitest'
import { expect, test as plain } from 'vitest'
import { createArena } from '../../src/memory/arena.ts'
import { copyWide, findEither, fourfold } from '../../src/memory/wide.ts'

const arena = createArena(1 << 20)
const lease = arena.lease(1 << 19)!
const bytes = fc.uint8Array({ maxLength: 70 })

test.prop([bytes, fc.nat(9), fc.nat(9)])('a copy holds the bytes and touches none before it', (text, from, to) => {
  const start = lease.start + from
  const at = lease.start + 4096 + to
  arena.bytes.fill(7, lease.start, lease.start + 8192)
  arena.bytes.set(text, start)
  expect(copyWide(arena.view, start, start + text.length, arena.view, at)).toBe(at + text.length)
  expect([...arena.bytes.subarray(at, at + text.length)]).toEqual([...text])
  expect(arena.bytes[at - 1]).toBe(7)
  expect(arena.bytes[at + text.length + 8]).toBe(7)
})

const few = fc.constantFrom(0, 1, 0x21, 0x22, 0x23, 0x5b, 0x5c, 0x5d, 0x7f, 0x80, 0xa2, 0xdc, 0xff)
test.prop([fc.array(few, { maxLength: 40 }), fc.nat(40), fc.nat(40), few, few])(
  'the first of two bytes is found where a loop finds it, and nothing behind the end',
  (text, from, to, one, other) => {
    const end = Math.min(to, text.length)
    arena.bytes.fill(one, lease.start, lease.start + 64)
    arena.bytes.set(text, lease.start)
    const looped = text.findIndex((byte, i) => i >= from && i < end && (byte === one || byte === other))
    const found = findEither(arena.view, lease.start + from, lease.start + end, fourfold(one), fourfold(other))
    expect(found - lease.start).toBe(looped === -1 ? end : looped)
  },
)

plain('the last bytes of a memory are searched without reading behind it', () => {
  const view = new DataView(new ArrayBuffer(13))
  for (let at = 0; at < 13; at++) {
    new Uint8Array(view.buffer).fill(1)
    view.setUint8(at, 9)
    expect(findEither(view, 0, 13, fourfold(9), fourfold(8))).toBe(at)
    expect(findEither(view, 0, at, fourfold(9), fourfold(8))).toBe(at)
  }
})
