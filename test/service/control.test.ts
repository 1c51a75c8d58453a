import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Answer, ask, createControl, type Operate, OperationError } from '../../src/service/control.ts'
import { socketPath } from '../../src/service/socket-path.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const serving = async (operate: Operate): Promise<{ readonly data: string } & AsyncDisposable> => {
  const directory = scratchDir('control')
  const server = createControl(operate)
  server.listen(socketPath(directory.path))
  await once(server, 'listening')
  return {
    data: directory.path,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      directory.remove()
    },
  }
}
const rows = async function* (count: number, text: string): Answer {
  for (let number = 0; number < count; number++) yield { number, text }
}
const all = async (answer: AsyncIterable<string>): Promise<unknown[]> => {
  const found: unknown[] = []
  for await (const row of answer) found.push(JSON.parse(row))
  return found
}

test.each(['plain', '名=值 é \u2028 \n'])('an answer larger than any buffer comes whole: %j', async (text) => {
  await using service = await serving(() => rows(30_000, text))
  const found = await all(ask(service.data, 'search', {}))
  expect(found).toHaveLength(30_000)
  expect(found.at(-1)).toEqual({ number: 29_999, text })
})

test('a slow reader slows the answer, and one that goes away ends it', async () => {
  let given = 0
  let ended = false
  await using service = await serving(async function* () {
    try {
      for (;;) {
        given++
        yield { text: 'é'.repeat(1000) }
      }
    } finally {
      ended = true
    }
  })
  const answer = ask(service.data, 'tail', {})
  await answer.next()
  await sleep(200)
  const before = given
  await sleep(200)
  expect(given).toBe(before)
  await answer.return(undefined)
  await expect.poll(() => ended).toBe(true)
})

test('an error in the middle is the error of who asked, with its exit code', async () => {
  await using service = await serving(async function* () {
    yield 1
    throw new OperationError(2, 'no such field')
  })
  const answer = ask(service.data, 'search', {})
  expect((await answer.next()).value).toBe('1')
  await expect(answer.next()).rejects.toMatchObject({ status: 2, message: 'no such field' })
})
