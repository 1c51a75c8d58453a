import type { Role } from '../config/roles.ts'

/** What can be done, whether by page, address, command or ingest. */
export type Action = keyof typeof actions

/** Who may do what: the only place that says so. */
const actions = {
  /** Events, figures, alerts, digests, metrics; dead letters as they are shown, redacted. */
  read: ['viewer', 'operator', 'admin'],
  /** What changes what people are told, or sends a record again: acknowledge, silence, note, resolve, replay. */
  operate: ['operator', 'admin'],
  /** What removes or rewrites, and what shows raw bytes. */
  administer: ['admin'],
  /** New records. A writer is a shipper: what leaks from a host that sends must not open the page. */
  ingest: ['writer', 'admin'],
} as const satisfies Record<string, readonly Role[]>

/** Who asks. */
export interface Identity {
  readonly name: string
  readonly role: Role
}

export const may = ({ role }: Identity, action: Action): boolean => (actions[action] as readonly Role[]).includes(role)
