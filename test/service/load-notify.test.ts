import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/service/load.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const load = async (environment: Readonly<Record<string, string>>, file?: string) => {
  using directory = scratchDir('load')
  if (file !== undefined)
    writeFileSync(
      join(directory.path, 'tailrace.config.ts'),
      `import { defineConfig, email } from 'tailrace'\nexport default defineConfig(${file})\n`,
    )
  const { config, problems, warnings } = await loadConfig({ pipelines: [] }, environment, directory.path)
  return { config, warnings, problems: problems.map(({ text }) => text) }
}
const server = { TAILRACE_SMTP_URL: 'smtp://mail.example:587', TAILRACE_MAIL_TO: 'ops@shop.example' }

describe('mail', () => {
  it('by the environment alone has a route, and the digest takes it at eight', async () => {
    const { config, problems, warnings } = await load({ ...server, TAILRACE_TIMEZONE: 'Asia/Shanghai' })
    expect([problems, warnings]).toEqual([[], []])
    expect(config.notify).toEqual({
      console: { kind: 'console' },
      mail: { kind: 'email', url: 'smtp://mail.example:587', from: 'tailrace@localhost', to: 'ops@shop.example' },
    })
    expect(config.digest).toEqual({ at: '08:00', timezone: 'Asia/Shanghai', lang: 'en', to: 'mail' })
  })

  it('of the file is overridden by each variable by itself', async () => {
    const file = `{ notify: { mail: email({ url: 'smtps://a.example', from: 'a@a.example', to: 'b@a.example', lang: 'zh' }) } }`
    const { config } = await load({ TAILRACE_MAIL_TO: 'c@a.example' }, file)
    expect(config.notify['mail']).toMatchObject({ url: 'smtps://a.example', from: 'a@a.example', to: 'c@a.example' })
    expect(config.digest).toMatchObject({ lang: 'zh', to: 'mail' })
  })

  it('without a route leaves the digest at home', async () => {
    const { config } = await load({})
    expect(config.digest).not.toHaveProperty('to')
    expect((await load(server, '{ digest: false }')).config.digest).toBe(false)
  })

  it('that cannot go out is refused when the configuration is loaded, all mistakes at once', async () => {
    expect((await load({ TAILRACE_SMTP_URL: 'smtp://mail.example' })).problems).toEqual(['mail goes to nobody'])
    expect((await load({ TAILRACE_MAIL_TO: 'a@b.example' })).problems).toEqual(['mail has no server'])
    const file = `{
      notify: { 'a/b': email({ url: 'mail.example', from: 'nobody', to: 'ops', lang: 'fr' as 'en' }) },
      digest: { at: '8am', timezone: 'Mars/Olympus', to: 'console', lang: 'fr' as 'en' },
    }`
    expect((await load({}, file)).problems).toEqual([
      "notifier name 'a/b' is not a word",
      'notify.a/b.url is no address of a mail server',
      "notify.a/b.from is 'nobody', which is no mail address",
      "notify.a/b.to is 'ops', which holds no mail address",
      "notify.a/b.lang is 'fr'",
      "digest.at is '8am'",
      "time zone 'Mars/Olympus' of the digest does not exist",
      "the digest goes to 'console', which sends no mail",
      "digest.lang is 'fr'",
    ])
  })
})
