import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createAccess } from '../../src/access/access.ts'
import { openSessions } from '../../src/access/sessions.ts'
import { cookiesOf, usersOf } from '../support/access.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const hour = 3_600_000
const report = (): undefined => undefined
const owner = { name: 'user vera', credential: 'c' }

describe('a session', () => {
  test('ends when nothing is asked for half a day, and after a week in any case', async () => {
    let now = 0
    const sessions = await openSessions({ report, clock: () => now })
    const idle = await sessions.begin(owner)
    const busy = await sessions.begin(owner)
    for (; now < 11 * hour; now += hour) expect(sessions.find(busy)).toMatchObject(owner)
    now = 12 * hour
    expect(sessions.find(idle)).toBeUndefined()
    for (; now < 7 * 24 * hour; now += 6 * hour) expect(sessions.find(busy)).toMatchObject(owner)
    expect(sessions.find(busy)).toBeUndefined()
  })

  test('outlives a restart with all its ends, and lies on disk as a digest', async () => {
    using directory = scratchDir('sessions')
    let now = 0
    const given = { directory: join(directory.path, 's'), report, clock: () => now }
    const first = await openSessions(given)
    const [kept, ended, idle] = [await first.begin(owner), await first.begin(owner), await first.begin(owner)]
    await first.end(ended)
    now = 11 * hour
    expect(first.find(kept)).toMatchObject(owner)
    await first.close()
    const text = readdirSync(given.directory).map((name) => readFileSync(join(given.directory, name), 'latin1'))
    for (const id of [kept, ended, idle]) expect(text.join()).not.toContain(id)
    now = 13 * hour
    const second = await openSessions(given)
    expect(second.find(kept)).toMatchObject(owner)
    expect([second.find(ended), second.find(idle)]).toEqual([undefined, undefined])
    await second.close()
  })

  test('is there after a crash once it was told of, and does not come back once it ended', async () => {
    using directory = scratchDir('sessions-crash')
    const living = await openSessions({ directory: join(directory.path, 's'), report })
    const afterCrash = async (name: string) => {
      cpSync(join(directory.path, 's'), join(directory.path, name), { recursive: true })
      return openSessions({ directory: join(directory.path, name), report })
    }
    const id = await living.begin(owner)
    const first = await afterCrash('first')
    expect(first.find(id)).toMatchObject(owner)
    await living.end(id)
    const second = await afterCrash('second')
    expect(second.find(id)).toBeUndefined()
    for (const sessions of [living, first, second]) await sessions.close()
  })

  test('goes, of a thousand and one, when it was asked longest ago', async () => {
    let now = 0
    const sessions = await openSessions({ report, clock: () => now })
    const [first, second] = [await sessions.begin(owner), await sessions.begin(owner)]
    now++
    sessions.find(first)
    for (let i = 0; i < 999; i++) await sessions.begin(owner)
    expect(sessions.find(first)).toMatchObject(owner)
    expect(sessions.find(second)).toBeUndefined()
  })

  test('ends with the password it was got for', async () => {
    const sessions = await openSessions({ report })
    const open = async (password: string) =>
      createAccess({ tokens: {}, users: await usersOf({ vera: [password, 'viewer'] }), sessions, audit: report })
    const asker = { authorization: undefined, cookies: undefined, address: '10.0.0.1', secure: false }
    const before = await open('old')
    const shown = { ...asker, cookies: cookiesOf(await before.login('vera', 'old', asker)) }
    expect(before.identify(shown)).toMatchObject({ identity: { name: 'vera' } })
    expect((await open('new')).identify(shown)).toMatchObject({ refused: 'unsaid' })
  })
})
