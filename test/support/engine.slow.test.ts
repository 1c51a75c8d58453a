import { expect, it } from 'vitest'
import { type EngineKind, engine, ownEngine } from './engine.ts'
import { needs } from './needs.ts'

const text = async (url: string) => (await fetch(url)).text()

function engineSuite(kind: EngineKind, version: string) {
  it('answers with its version, the same one to everybody', { timeout: 300_000 }, async () => {
    const first = await engine(kind)
    expect(JSON.parse(await text(first.url)).version.number).toBe(version)
    expect((await engine(kind)).url).toBe(first.url)
  })

  it('keeps data and address over stop and start when it is a test’s own', { timeout: 300_000 }, async () => {
    await using own = await ownEngine(kind)
    const headers = { 'content-type': 'application/json' }
    await fetch(`${own.url}/kept/_doc/1`, { method: 'PUT', headers, body: '{"n":1}' })
    await own.stop()
    await expect(fetch(own.url)).rejects.toThrow()
    await own.start()
    expect(JSON.parse(await text(`${own.url}/kept/_doc/1`))._source).toEqual({ n: 1 })
  })
}

needs('elasticsearch')('the elasticsearch of the tests', () => engineSuite('elasticsearch', '7.17.29'))
needs('opensearch')('the opensearch of the tests', () => engineSuite('opensearch', '3.8.0'))
