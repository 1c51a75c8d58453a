import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { engine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'
import { createService, rowsOf } from '../support/service.ts'
import { accessLines } from '../support/tailrace.ts'

for (const kind of ['elasticsearch', 'opensearch'] as const)
  needs(kind)(`the account of what lies in ${kind}`, () => {
    test('explains what a lifecycle removed, and nothing else', { timeout: 300_000 }, async () => {
      const { url } = await engine(kind)
      const namespace = 'verify'
      const environment = { TAILRACE_STORE: url, TAILRACE_NAMESPACE: namespace, TAILRACE_NGINX_ACCESS: 'access.log' }
      await using service = createService(environment)
      const recent = new Date(Date.now() - 3_600_000)
      const month = recent.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' })
      const day = `${String(recent.getUTCDate()).padStart(2, '0')}/${month}/${recent.getUTCFullYear()}`
      const fresh = accessLines(20, 100).replaceAll('11/Feb/2026', day)
      writeFileSync(join(service.directory, 'access.log'), `${accessLines(50)}${fresh}`)
      expect((await service.run(['run', '--once', '--no-web'])).code).toBe(0)
      expect(await service.accounted()).toMatchObject({ stored: 70, held_by_store: 70, verified: true })
      const remove = async (numbers: readonly number[]): Promise<void> => {
        const should = numbers.map((number) => ({ term: { 'url.path': `/orders/${number}` } }))
        const answer = await fetch(`${url}/logs-nginx.access-${namespace}/_delete_by_query?refresh=true`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: { bool: { should } } }),
        })
        expect(await answer.json()).toMatchObject({ deleted: numbers.length })
      }
      await remove([0, 1, 2, 3, 4])
      expect(await service.accounted()).toMatchObject({ held_by_store: 65, removed_by_retention: 5, verified: true })
      await remove([107])
      const { code, out } = await service.run(['ledger', '--verify', '--format', 'ndjson'])
      expect(code).toBe(1)
      expect(rowsOf(out).at(-1)).toMatchObject({
        total: { held_by_store: 64, removed_by_retention: 0, verified: false },
      })
    })
  })
