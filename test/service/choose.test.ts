import { expect, test } from 'vitest'
import type { Block } from '../../src/event/block.ts'
import { createChoice } from '../../src/service/choose.ts'
import { loadFormats } from '../../src/service/formats.ts'

const { grammars } = await loadFormats()
const access = '203.0.113.9 - - [11/Feb/2026:06:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"\n'
const pino = '{"level":30,"time":1770789600000,"pid":1,"hostname":"h","msg":"up"}\n'

const choose = (once = false) => {
  const said: string[] = []
  const choice = createChoice(grammars, {}, once, (_, text) => said.push(text))
  const readerOf = (key: string) => choice.readerOf({ origin: { source: 's', key, path: '/a.log' } } as Block).name
  return { said, readerOf, framing: (head: string, key: string) => choice.framing('/a.log', Buffer.from(head), key) }
}

test('what a path held before a rotation goes on being read by its own parser', () => {
  const { framing, readerOf, said } = choose()
  framing(access, 'old')
  framing(pino, 'new')
  expect(readerOf('old')).toBe('nginx.access')
  expect(readerOf('new')).toBe('node.pino')
  expect(said).toEqual([])
})

test('a file of line ends and blanks is no trouble: it waits for its first record, or holds none', () => {
  const live = choose()
  expect(live.framing('\n', 'k')).toBeUndefined()
  expect(live.framing(' \r\n\n', 'k')).toBeUndefined()
  expect(live.framing(`\n${access}`, 'k')).toBeDefined()
  const ended = choose(true)
  expect(ended.framing('\n', 'k')).toBeDefined()
  expect([...live.said, ...ended.said]).toEqual([])
  ended.framing('no such format 17\n', 'k')
  expect(ended.said).toHaveLength(1)
})
