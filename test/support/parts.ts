import { bringBrowser, browserMissing } from './browser.ts'
import { bringEngine, engineMissing } from './engine-jars.ts'
import { bringLogrotate, logrotateMissing } from './logrotate.ts'
import { bringMariadb, mariadbMissing } from './mariadb.ts'
import { bringNginx, nginxMissing } from './nginx.ts'
import { bringUvicorn, uvicornMissing } from './uvicorn.ts'

interface Part {
  /** Why it cannot be used now; undefined when it can. */
  readonly missing: () => string | undefined
  /** Fetches it into the cache; does nothing where it is there. */
  readonly bring: () => Promise<void>
  /** Whether an ordinary test run may fetch it: its package client asks for nothing but the network. */
  readonly fetched: boolean
}

/** What tests need beyond npm. */
export const parts = {
  elasticsearch: {
    missing: () => engineMissing('elasticsearch'),
    bring: () => bringEngine('elasticsearch'),
    fetched: true,
  },
  opensearch: { missing: () => engineMissing('opensearch'), bring: () => bringEngine('opensearch'), fetched: true },
  nginx: { missing: nginxMissing, bring: bringNginx, fetched: false },
  logrotate: { missing: logrotateMissing, bring: bringLogrotate, fetched: false },
  mariadb: { missing: mariadbMissing, bring: bringMariadb, fetched: false },
  uvicorn: { missing: uvicornMissing, bring: bringUvicorn, fetched: false },
  browser: { missing: browserMissing, bring: bringBrowser, fetched: true },
} as const satisfies Record<string, Part>

export type PartName = keyof typeof parts

export const partNames = Object.keys(parts) as PartName[]
