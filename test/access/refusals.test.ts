import { expect, test } from 'vitest'
import { createRefusals } from '../../src/access/refusals.ts'

test('refusals are counted each and told at most once a minute, with how many were not told', () => {
  let now = 0
  const counted: string[] = []
  const told: string[] = []
  const refuse = createRefusals({
    listener: 'the web server',
    count: (reason) => counted.push(reason),
    report: (text) => told.push(text),
    clock: () => now,
  })
  for (let i = 0; i < 1000; i++) refuse('connections', '10.0.0.9')
  now = 59_999
  refuse('request_rate', '10.0.0.9')
  now = 60_000
  refuse('request_rate', '10.0.0.8')
  expect(counted).toHaveLength(1002)
  expect(told).toEqual([
    'the web server refused 10.0.0.9: there are as many connections as the listener takes',
    'the web server refused 10.0.0.8: its address asks faster than one may; 1000 more were refused since this was last told',
  ])
})
