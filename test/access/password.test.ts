import { describe, expect, test } from 'vitest'
import { hashPassword, parsePasswordHash, verifyPassword } from '../../src/access/password.ts'

describe('a password hash', () => {
  test('is argon2id with a salt of its own, and only the password fits', async () => {
    const [one, other] = [await hashPassword('pass 字'), await hashPassword('pass 字')]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(one).not.toBe(other)
    for (const text of [one, other]) {
      const held = parsePasswordHash(text)!
      expect(await verifyPassword('pass 字', held)).toBe(true)
      expect(await verifyPassword('pass', held)).toBe(false)
      expect(await verifyPassword('', held)).toBe(false)
    }
  })

  test('made elsewhere is understood: the test vector of the reference implementation', async () => {
    const held = parsePasswordHash(
      '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    )!
    expect(await verifyPassword('password', held)).toBe(true)
    expect(await verifyPassword('Password', held)).toBe(false)
  })

  test.each([
    ['', 'nothing'],
    ['password', 'the password itself'],
    ['$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy', 'bcrypt'],
    ['$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4', 'argon2i'],
    ['$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4', '10 GB each time'],
    ['$argon2id$v=19$m=256,t=99,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4', '99 passes'],
    ['$argon2id$v=19$m=4,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4', 'too little memory'],
    ['$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4\n', 'a line end'],
  ])('%j is none: %s', (text) => {
    expect(parsePasswordHash(text)).toBeUndefined()
  })
})
