import { describe, expect, test } from 'vitest'
import { hideSecrets, learnSecrets } from '../../src/telemetry/secrets.ts'

describe('what was learned is hidden', () => {
  test('wherever it stands, in an address, in JSON and in base64 too', () => {
    learnSecrets({
      store: { apiKey: 'key-of-the-store', nodes: ['https://elastic:p%40ss-word@es.example:9200'], ca: '/etc/ca.pem' },
      notify: { mail: { url: 'smtp://shop:quo"te%2Fd!@mail.example', from: 'shop@mail.example' } },
      web: { users: { vera: { hash: '$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g', role: 'viewer' } } },
    })
    const base64 = (text: string): string => Buffer.from(text).toString('base64')
    for (const text of [
      'the store said key-of-the-store is unknown',
      `ApiKey ${base64('key-of-the-store')}`,
      'p@ss-word and p%40ss-word',
      `Basic ${base64('elastic:p@ss-word')}`,
      `AUTH PLAIN ${base64('\u0000shop\u0000quo"te/d!')}`,
      JSON.stringify({ said: 'quo"te/d!' }),
      '$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g',
    ]) {
      const shown = hideSecrets(text)
      expect(shown).toContain('********')
      expect(shown).not.toMatch(/key-of|ss-word|te\/d|argon2id|[A-Za-z0-9+/]{16}/)
    }
    const plain = 'vera is a viewer at es.example, shop@mail.example, /etc/ca.pem'
    expect(hideSecrets(plain)).toBe(plain)
  })

  test('but not what is too short to be one', () => {
    learnSecrets({ token: 'info' })
    expect(hideSecrets('info: all is well')).toBe('info: all is well')
  })

  test('and the credentials of an address that nobody knew', () => {
    expect(hideSecrets("cannot reach 'http://a:b@c.example/d' or redis://:pw@e, mail to x@y, 10:30 at 1@2")).toBe(
      "cannot reach 'http://********@c.example/d' or redis://********@e, mail to x@y, 10:30 at 1@2",
    )
  })
})
