/** What somebody may be; `access/role.ts` says what each may do. */
export const roles = ['viewer', 'operator', 'admin', 'writer'] as const
export type Role = (typeof roles)[number]
