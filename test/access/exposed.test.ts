import { expect, test } from 'vitest'
import { exposed } from '../../src/access/exposed.ts'

const listener = {
  listener: 'the Beats input',
  insecure: false,
  guarded: false,
  mend: 'Set beats.clientCa, or write `insecure: true` under `beats`',
}

test.each(['0.0.0.0', '::', '192.0.2.1', 'logs.example', '', '127.0.0.1.example', '128.0.0.1'])(
  'nothing listens on %j for all, unless somebody wrote so',
  (host) => {
    const told = exposed({ ...listener, host })!
    expect(told.text).toContain(`the Beats input would listen on ${host}`)
    expect(told.mend).toBe(listener.mend)
    expect(exposed({ ...listener, host, guarded: true })).toBeUndefined()
    expect(exposed({ ...listener, host, insecure: true })).toBeUndefined()
  },
)

test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('%s is this machine alone', (host) => {
  expect(exposed({ ...listener, host })).toBeUndefined()
})
