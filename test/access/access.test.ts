import { describe, expect, test } from 'vitest'
import type { Asker } from '../../src/access/access.ts'
import { accessOf, cookiesOf, usersOf } from '../support/access.ts'

const from = (address: string, more: Partial<Asker> = {}): Asker => ({
  authorization: undefined,
  cookies: undefined,
  address,
  secure: false,
  ...more,
})
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
describe('guesses', () => {
  test('at a token are bounded by address, and keep nobody out who came from there before', async () => {
    let now = 0
    const tokens = { main: { token: 'right', role: 'admin' }, other: { token: 'too', role: 'viewer' } } as const
    const { access, audited } = await accessOf({ tokens }, () => now)
    expect(access.identify(from('10.0.0.1', bearer('right')))).toMatchObject({ identity: { role: 'admin' } })
    let wrong = 0
    while ('refused' in access.identify(from('10.0.0.1', bearer('guess'))) && audited.at(-1)!.event === 'wrong') wrong++
    expect(wrong).toBe(20)
    expect(access.identify(from('10.0.0.1', bearer('guess')))).toEqual({ refused: 'limited', wait: 10 })
    // A right guess is not looked at either: else the limit would bound nothing.
    expect(access.identify(from('10.0.0.1', bearer('too')))).toMatchObject({ refused: 'limited' })
    expect(access.identify(from('10.0.0.1', bearer('right')))).toMatchObject({ bySession: false })
    expect(access.identify(from('10.0.0.2', bearer('too')))).toMatchObject({ identity: { role: 'viewer' } })
    now += 10_000
    expect(access.identify(from('10.0.0.1', bearer('too')))).toMatchObject({ identity: { role: 'viewer' } })
  })

  test('at a password from everywhere do not lock out the browser that came in before', async () => {
    const users = await usersOf({ vera: ['right', 'viewer'] })
    const { access, audited } = await accessOf({ users }, () => 0)
    const mine = await access.login('vera', 'right', from('10.0.0.1'))
    for (let i = 0; i < 30; i++) await access.login('vera', `guess ${i}`, from(`10.9.0.${i}`))
    expect(audited.filter(({ event }) => event === 'wrong')).toHaveLength(10)
    expect(await access.login('vera', 'right', from('10.8.0.1'))).toMatchObject({ refused: 'limited' })
    const browser = { cookies: cookiesOf(mine) }
    expect(await access.login('vera', 'right', from('10.9.0.1', browser))).toMatchObject({ identity: { name: 'vera' } })
    // It has as many attempts as others, no more.
    for (let i = 0; i < 10; i++) await access.login('vera', 'wrong', from('10.7.0.1', browser))
    expect(await access.login('vera', 'right', from('10.7.0.1', browser))).toMatchObject({ refused: 'limited' })
  })

  test('are not made cheaper by a cookie that was made up, nor by that of another user', async () => {
    const users = await usersOf({ vera: ['right', 'viewer'], otto: ['his', 'operator'] })
    const { access } = await accessOf({ users }, () => 0)
    const other = cookiesOf(await access.login('otto', 'his', from('10.0.0.2')))
    for (let i = 0; i < 10; i++) await access.login('vera', 'guess', from(`10.9.0.${i}`))
    for (const given of [other, 'tailrace_known=a.b', 'tailrace_known=.'])
      expect(await access.login('vera', 'right', from('10.6.0.1', { cookies: given }))).toMatchObject({
        refused: 'limited',
      })
  })

  test('do not say whether a name exists', async () => {
    const users = await usersOf({ vera: ['right', 'viewer'] })
    const { access } = await accessOf({ users }, () => 0)
    for (let i = 0; i < 12; i++) {
      const [there, nobody] = [
        await access.login('vera', 'guess', from(`10.1.0.${i}`)),
        await access.login('nobody', 'guess', from(`10.2.0.${i}`)),
      ]
      expect(nobody).toEqual(there)
    }
  })

  test('that flood do not take the processor: most are refused unseen', async () => {
    const users = await usersOf({ vera: ['right', 'viewer'] })
    const { access } = await accessOf({ users }, () => 0)
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, i) => access.login(`somebody${i}`, 'x', from(`10.3.0.${i}`))),
    )
    expect(all.filter((one) => 'refused' in one && one.refused === 'wrong')).toHaveLength(16)
  })
})

describe('the audit', () => {
  test('names who came in, who went, and whom somebody tried to be, but not what else was typed as a name', async () => {
    const users = await usersOf({ vera: ['right', 'viewer'] })
    const { access, audited } = await accessOf({ users }, () => 0)
    const entered = await access.login('vera', 'right', from('10.0.0.1'))
    await access.logout(from('10.0.0.1', { cookies: cookiesOf(entered) }))
    await access.login('vera', 'guess', from('10.0.0.2'))
    await access.login('my password, typed in the wrong field', 'vera', from('10.0.0.3'))
    expect(audited).toEqual([
      { event: 'login', user: 'vera', address: '10.0.0.1', about: 'viewer' },
      { event: 'logout', user: 'vera', address: '10.0.0.1' },
      { event: 'wrong', user: 'vera', address: '10.0.0.2' },
      { event: 'wrong', address: '10.0.0.3' },
    ])
  })
})

test('names that every object has are nobody', async () => {
  const { access } = await accessOf({ users: await usersOf({ vera: ['right', 'viewer'] }) })
  for (const name of ['__proto__', 'constructor', 'toString'])
    expect(await access.login(name, 'right', from('10.0.0.1'))).toMatchObject({ refused: 'wrong' })
})
