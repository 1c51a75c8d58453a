import { expect, test } from 'vitest'
import { type Action, may } from '../../src/access/role.ts'
import { type Role, roles } from '../../src/config/roles.ts'

/** Written out once more on purpose: what a role may do changes nowhere by accident. */
test.each<[Role, readonly Action[]]>([
  ['viewer', ['read']],
  ['operator', ['read', 'operate']],
  ['admin', ['read', 'operate', 'administer', 'ingest']],
  ['writer', ['ingest']],
])('a %s may %j', (role, actions) => {
  const all = ['read', 'operate', 'administer', 'ingest'] as const satisfies readonly Action[]
  expect(all.filter((action) => may({ name: 'x', role }, action))).toEqual(actions)
  expect(roles).toContain(role)
})
