import { describe, expect, test } from 'vitest'
import { templateBound, writeTemplate } from '../../src/transform/path-template.ts'
import { urlTemplate } from '../../src/transform/url-template.ts'
import { values } from './documents.ts'

const templates = (paths: readonly string[], most?: number): Promise<unknown[]> =>
  values(
    'url.template',
    paths.map((path) => ({ 'url.path': path })),
    urlTemplate(most === undefined ? {} : { most }),
  )

const known: readonly (readonly [string, string])[] = [
  ['/', '/'],
  ['*', '*'],
  ['/orders/123', '/orders/{id}'],
  ['/orders/123/', '/orders/{id}/'],
  ['/a//b', '/a/b'],
  ['/users/550e8400-e29b-41d4-a716-446655440000/edit', '/users/{id}/edit'],
  ['/objects/0123456789abcdef', '/objects/{id}'],
  ['/facade/deadbeef', '/facade/deadbeef'],
  ['/day/2024-11-23', '/day/{date}'],
  ['/day/20241123', '/day/{date}'],
  ['/month/2024-11', '/month/{date}'],
  ['/day/2024-13-23', '/day/{id}-{id}-{id}'],
  ['/api/v1/x', '/api/v1/x'],
  ['/api/v2.1/x', '/api/v2.1/x'],
  ['/api/2.0.1/x', '/api/2.0.1/x'],
  ['/static/app.3f2a9c1b.js', '/static/app.{id}.js'],
  ['/static/main.js', '/static/main.js'],
  ['/top-10', '/top-{id}'],
  ['/ORD20241123001', '/ORD{id}'],
  ['/utf8/mp3/oauth2', '/utf8/mp3/oauth2'],
  ['/t/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc123XYZ', '/t/{token}'],
  ['/k/AKIAIOSFODNN7EXAMPLE', '/k/{token}'],
  [`/k/${'a'.repeat(70)}`, '/k/{token}'],
  ['/%E4%BD%A0%E5%A5%BD', '/{text}'],
  ['/商品/7', '/{text}/{id}'],
  ['/my%20file.pdf', '/{text}'],
  ['/a;jsessionid=123', '/a'],
  ['/a?x=1', '/a'],
  ['/1/2/3/4/5/6/7/8/9/10', '/{id}/{id}/{id}/{id}/{id}/{id}/{id}/{id}/{rest}'],
]

describe('templates of paths', () => {
  test.each(known)('%s is %s', async (path, template) => {
    expect(await templates([path])).toEqual([template])
  })

  test('are never longer than their bound', () => {
    const memory = new Uint8Array(16_384)
    for (const piece of ['1-', '1/', '/1', 'a1', '12345678.', '/a-1-2-3-4-5-6-7', '%']) {
      const path = Buffer.from(piece.repeat(2048).slice(0, 2048))
      for (let length = 0; length <= 2048; length += 31) {
        memory.set(path)
        expect(writeTemplate(memory, 0, length, memory, 4096) - 4096).toBeLessThanOrEqual(templateBound(length))
      }
    }
  })

  test('are bounded in number; what came first keeps its place', async () => {
    const paths = ['/a', '/b', '/c', '/a', '/b/1', '/b/2']
    expect(await templates(paths, 2)).toEqual(['/a', '/b', '/{other}', '/a', '/{other}', '/{other}'])
  })

  test('are worked out from dictionaries and constants too', async () => {
    const rows = [{ 'url.path': '/x/1' }, { 'url.path': '/x/1' }, {}]
    expect(await values('url.template', rows, urlTemplate(), { as: { 'url.path': 'dictionary' } })).toEqual([
      '/x/{id}',
      '/x/{id}',
      undefined,
    ])
    expect(await values('url.template', rows, urlTemplate(), { as: { 'url.path': 'constant' } })).toEqual([
      '/x/{id}',
      '/x/{id}',
      '/x/{id}',
    ])
  })
})
