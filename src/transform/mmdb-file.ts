import { readFileSync, statSync } from 'node:fs'
import type { Reader, Response } from 'maxmind'
import { createCache } from './cache.ts'

/** What the databases people use call things: MaxMind's and DB-IP's nesting, and the flat rows of ip-location-db. */
export interface MmdbRecord {
  readonly country?: { readonly iso_code?: string }
  readonly continent?: { readonly code?: string }
  readonly city?: { readonly names?: { readonly en?: string } } | string
  readonly subdivisions?: readonly { readonly names?: { readonly en?: string } }[]
  readonly country_code?: string
  readonly state1?: string
  readonly autonomous_system_number?: number
  readonly autonomous_system_organization?: string
}

/** A .mmdb file held in memory, read again when it changes. */
export interface MmdbFile {
  readonly path: string
  get(ip: string): MmdbRecord | undefined
  /** Looks whether the file changed and loads it; true: answers may differ from now on. Costs a `stat`. */
  refresh(): boolean
  /** Why the newest file is not in use, if it is not. */
  readonly trouble: string | undefined
}

const stamp = (path: string): string => {
  const { mtimeMs, size, ino } = statSync(path)
  return `${mtimeMs} ${size} ${ino}`
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Reads the file whole. Throws a sentence that says how to mend it where it is missing or no database. */
export const openMmdb = async (path: string): Promise<MmdbFile> => {
  const maxmind = await import('maxmind')
  const read = (): Reader<Response> =>
    new maxmind.Reader<Response>(readFileSync(path), { cache: createCache<string | number, unknown>(4096) })
  const load = (): { readonly reader: Reader<Response>; readonly seen: string } => {
    const seen = stamp(path)
    return { reader: read(), seen }
  }
  let held: ReturnType<typeof load>
  try {
    held = load()
  } catch (error) {
    throw new Error(
      `the address database ${path} cannot be read (${reason(error)}). ` +
        'Name an existing .mmdb file (GeoLite2, DB-IP), or leave the option out to use the country database that comes with Tailrace.',
      { cause: error },
    )
  }
  let trouble: string | undefined
  let refused = ''
  return {
    path,
    get(ip) {
      // A database damaged inside passes the check of its head, then throws at some addresses.
      try {
        return (held.reader.get(ip) as MmdbRecord | null) ?? undefined
      } catch (error) {
        trouble = `${path} is damaged (${reason(error)}); replace it with a whole copy`
        return undefined
      }
    },
    refresh() {
      // A file that is away or half-written is not taken over; the one in memory goes on answering.
      let now = ''
      try {
        now = stamp(path)
        if (now === held.seen || now === refused) return false
        held = load()
        trouble = undefined
        return true
      } catch (error) {
        refused = now
        trouble = `${path} could not be read again (${reason(error)}); the copy in memory is used until it can`
        return false
      }
    },
    get trouble() {
      return trouble
    },
  }
}
