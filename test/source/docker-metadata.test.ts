import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parserFor } from '../../src/source/envelope/chosen.ts'
import { dockerMetadata } from '../../src/source/envelope/docker-metadata.ts'
import { podOf } from '../../src/source/envelope/pod.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const id = 'ab'.repeat(32)
const config = (name: string, labels: unknown = { team: 'shop' }) =>
  JSON.stringify({
    ID: 'not believed',
    Name: `/${name}`,
    Config: { Image: 'registry:5000/shop/web:1.2', Labels: labels },
  })

describe('metadata of a container', () => {
  it('is read once, and again when it changed', () => {
    using directory = scratchDir('docker')
    const folder = join(directory.path, id)
    mkdirSync(folder)
    const file = join(folder, 'config.v2.json')
    const log = join(folder, `${id}-json.log`)
    let now = 0
    const metadata = dockerMetadata(() => now)
    expect(metadata(log)).toEqual({ id, name: undefined, image: undefined, tag: undefined, labels: new Map() })
    writeFileSync(file, config('one'))
    now += 1000
    expect(metadata(log)).toEqual({
      id,
      name: 'one',
      image: 'registry:5000/shop/web',
      tag: '1.2',
      labels: new Map([['team', 'shop']]),
    })
    writeFileSync(file, config('another'))
    expect(metadata(log).name).toBe('one')
    now += 1000
    expect(metadata(log).name).toBe('another')
    // What was known of a container that is removed stays while the rest of its log is read.
    rmSync(file)
    now += 1000
    expect(metadata(log).name).toBe('another')
  })

  it.each([
    ['half written', '{"Name":"/web","Config":{"Ima'],
    ['no object', '[1,2,3]'],
    ['other types', '{"Name":7,"Config":{"Image":{},"Labels":["a"]}}'],
    ['null', 'null'],
    ['prototypes', '{"Name":"/x","Config":{"Labels":{"__proto__":"a","constructor":"b"}},"__proto__":{"Name":"y"}}'],
    [
      'endless labels',
      config('x', Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`l${i}`, 'v'.repeat(5000)]))),
    ],
  ])('that is %s is no error', (_, text) => {
    using directory = scratchDir('docker')
    const folder = join(directory.path, id)
    mkdirSync(folder)
    writeFileSync(join(folder, 'config.v2.json'), text)
    const found = dockerMetadata()(join(folder, `${id}-json.log`))
    expect(found.id).toBe(id)
    expect([...found.labels].reduce((bytes, [name, value]) => bytes + name.length + value.length, 0)).toBeLessThan(
      20_000,
    )
  })

  it('is not read from what is no file', () => {
    using directory = scratchDir('docker')
    symlinkSync('/dev/zero', join(directory.path, 'config.v2.json'))
    expect(dockerMetadata()(join(directory.path, 'a-json.log'))).toMatchObject({ id: undefined, name: undefined })
  })
})

describe('who reads a stream', () => {
  const none = new Map<string, string>()
  it('a label of the stream comes before one of the container, and both before the map', () => {
    const labels = new Map([
      ['tailrace.parser', 'nginx.access'],
      ['tailrace.parser.stderr', 'nginx.error'],
    ])
    expect(parserFor('stdout', labels, { '*': 'json' }, ['web'])).toBe('nginx.access')
    expect(parserFor('stderr', labels, { '*': 'json' }, ['web'])).toBe('nginx.error')
    expect(parserFor('stderr', none, { 'shop-*': 'json', web: 'node.pino' }, ['web', 'shop/api'])).toBe('node.pino')
    expect(parserFor('stderr', none, { 'shop/*': 'json' }, ['web', 'shop/api'])).toBe('json')
    expect(parserFor('stderr', none, { other: 'json' }, ['web', undefined])).toBeUndefined()
  })
})

describe('where a log of a pod lies', () => {
  it('tells whose it is', () => {
    const uid = '8b5a0c6e-0000-4000-8000-123456789abc'
    expect(podOf(`/var/log/pods/shop_web-7f9c_${uid}/nginx/0.log`)).toEqual({
      namespace: 'shop',
      name: 'web-7f9c',
      uid,
      container: 'nginx',
      containerId: undefined,
    })
    expect(podOf(`/var/log/containers/web-7f9c_shop_side-car-${id}.log`)).toEqual({
      namespace: 'shop',
      name: 'web-7f9c',
      uid: undefined,
      container: 'side-car',
      containerId: id,
    })
    expect(podOf('/var/log/app.log')).toBeUndefined()
  })
})
