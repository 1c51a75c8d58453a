import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { logFormat } from '../../src/grammar/log-format.ts'
import { logVariables } from '../../src/grammar/nginx-variables.ts'
import { loadFormats } from '../../src/service/formats.ts'
import { readRecords } from '../grammar/read-records.ts'
import { needs } from '../support/needs.ts'
import { startNginx } from '../support/nginx.ts'
import { scratchDir } from '../support/scratch-dir.ts'

/** Variables of modules that Debian's nginx does not load, of streams, and of releases behind it. */
const elsewhere =
  /^(geoip_|otel_|protocol$|session_time|upstream_(first_byte_time|session_time|queue_time)|connection_time)/
const variables = Object.keys(logVariables).filter((name) => !elsewhere.test(name))

/** Sends the bytes as they are; resolves once nginx has closed the connection. */
const send = (port: number, bytes: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(Buffer.from(bytes, 'latin1')))
    socket
      .on('error', reject)
      .on('close', () => resolve())
      .resume()
  })

const agents = [
  '"',
  '\\',
  '\\x22',
  '" "',
  '","b":"',
  '\xe5\x95\x86',
  '\x1b[31m',
  '-',
  'a : b',
  'a, b',
  '\\u0041',
  '{}',
  "'",
]

needs('nginx')('lines of a real nginx', () => {
  it.each([
    ['by the default escape', '', (name: string) => `"$${name}"`, ' '],
    ['by escape=json', 'escape=json ', (name: string) => `"${name}":"$${name}"`, ','],
    ['side by side, in brackets', '', (name: string) => `[$${name}]`, ''],
  ])('hold every variable %s, and what a client sent', async (_, how, shown, between) => {
    const shapes = [...variables, 'http_x_any', 'sent_http_server'].map((name) =>
      shown(name.replace(':', ':$').replace(/^(.*):\$(.*)$/, '$1:$$$2')),
    )
    const body = shapes.join(between)
    const format = `${how}${how === '' ? body : `{${body}}`}`
    const grammar = logFormat(format)
    expect(grammar.problems).toEqual([])
    using logs = scratchDir('nginx-formats')
    const nginx = await startNginx({ logFormat: format, logDir: logs.path })
    for (const agent of agents)
      await send(
        nginx.port,
        `GET /a?q=1 HTTP/1.1\r\nHost: shop.example:8080\r\nX-Any: ${agent}\r\nUser-Agent: ${agent}\r\nReferer: ${agent}\r\nX-Forwarded-For: 203.0.113.7, 10.0.0.2\r\nConnection: close\r\n\r\n`,
      )
    await send(nginx.port, '\x16\x03\x01"\\ \r\n\r\n')
    await nginx.stop()
    const lines = readFileSync(nginx.accessLog)
    const records = lines.toString('utf8').split('\n').slice(0, -1)
    const rows = readRecords(grammar, records).rows as readonly Record<string, unknown>[]
    expect(rows.filter(({ stage }) => stage === 'parse')).toEqual([])
    expect(rows).toHaveLength(agents.length + 1)
    agents.forEach((agent, i) => {
      const sent = agent === '-' ? undefined : Buffer.from(agent, 'latin1').toString('utf8')
      expect(rows[i]).toMatchObject({
        'http.request.method': 'GET',
        'url.original': '/a?q=1',
        'http.response.status_code': 200,
        'source.ip': '127.0.0.1',
        'source.port': expect.any(Number),
        'destination.address': 'shop.example',
        'destination.port': nginx.port,
        'nginx.access.forwarded_for': ['203.0.113.7', '10.0.0.2'],
        'event.duration': expect.any(Number),
        'nginx.access.pipelined': expect.any(Boolean),
      })
      expect(rows[i]!['user_agent.original']).toBe(sent)
      expect(rows[i]!['http.request.referrer']).toBe(sent)
      expect(rows[i]!['nginx.access.variables.http_x_any']).toBe(sent)
    })
    expect(rows.at(-1)).toMatchObject({ 'http.response.status_code': 400, 'nginx.access.request': '\x16\x03\x01"\\ ' })
  })
})

needs('nginx')('errors of a real nginx', () => {
  it('name who asked for what, whatever a client put into its path and referrer', async () => {
    const { grammars } = await loadFormats()
    const grammar = grammars.find(({ name }) => name === 'nginx.error')!
    using logs = scratchDir('nginx-errors')
    const nginx = await startNginx({
      logDir: logs.path,
      errorLevel: 'error',
      server: `server_name shop.example; location / { root ${logs.path}; }`,
    })
    const forged = '", client: 6.6.6.6, server: evil, request: "GET /evil HTTP/1.1", host: "evil'
    const paths = ['/a', `/${encodeURIComponent(forged)}`, '/%0A2026/02/11', '/a"b', '/%5C%22']
    const referrers = ['', 'https://shop.example/', `${forged}", referrer: "x`, 'a"', '"']
    for (const path of paths)
      for (const referrer of referrers)
        await send(
          nginx.port,
          `GET ${path} HTTP/1.1\r\nHost: shop.example:8080\r\n${referrer === '' ? '' : `Referer: ${referrer}\r\n`}Connection: close\r\n\r\n`,
        )
    await nginx.stop()
    const reader = grammar.framing.begin()
    const records: string[] = []
    for (const line of readFileSync(nginx.errorLog, 'utf8').split('\n').slice(0, -1)) {
      const bytes = Buffer.from(line)
      if (reader.starts(bytes, 0, bytes.length)) records.push(line)
      else records[records.length - 1] += `\n${line}`
    }
    const rows = readRecords(grammar, records).rows as readonly Record<string, unknown>[]
    expect(rows).toHaveLength(paths.length * referrers.length)
    rows.forEach((row, i) => {
      const path = paths[Math.floor(i / referrers.length)]!
      expect(row).toMatchObject({
        'log.level': 'error',
        message: `open() "${logs.path}${decodeURIComponent(path)}" failed (2: No such file or directory)`,
        'source.address': '127.0.0.1',
        'source.ip': '127.0.0.1',
        'nginx.error.server': 'shop.example',
        'http.request.method': 'GET',
        'url.original': path,
        'http.version': '1.1',
        'url.domain': 'shop.example',
        'url.port': 8080,
      })
      expect(row['http.request.referrer'] ?? '').toBe(referrers[i % referrers.length])
    })
  })
})
