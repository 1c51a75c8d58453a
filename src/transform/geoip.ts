import { fileURLToPath } from 'node:url'
import type { Batch } from '../event/batch.ts'
import { absent } from '../event/column.ts'
import { diagnose, markSite } from '../event/diagnostic.ts'
import { printIp } from '../event/ip.ts'
import { declare, type FieldsOf, typeOf } from './declare.ts'
import { numberDictionary, textDictionary } from './dictionary.ts'
import { distinctOf } from './distinct.ts'
import { createMemo } from './memo.ts'
import { type MmdbFile, type MmdbRecord, openMmdb } from './mmdb-file.ts'
import { isPublic } from './public-address.ts'
import type { Transform } from './transform.ts'

export interface GeoipOptions<F extends string = string> {
  /** The address looked up, `source.ip`. What is found is always told of the source: `source.geo.*`, `source.as.*`. */
  readonly field?: F
  /** .mmdb with countries; the free one that comes with the install unless named here or `city` is given. */
  readonly country?: string
  /** .mmdb with cities (GeoLite2-City, DB-IP City), which also answers for the country. */
  readonly city?: string
  /** .mmdb with autonomous systems (GeoLite2-ASN, DB-IP ASN). */
  readonly asn?: string
}

const places = [
  'source.geo.country_iso_code',
  'source.geo.country_name',
  'source.geo.continent_code',
  'source.geo.region_name',
  'source.geo.city_name',
] as const
const systems = ['source.as.number', 'source.as.organization.name'] as const
type Place = (typeof places)[number]
type System = (typeof systems)[number]

interface Found {
  readonly texts: Readonly<Record<Place | 'source.as.organization.name', string | undefined>>
  readonly asn: number | undefined
}

/** A database of cities has some hundred thousand; what is kept of them is forgotten here. */
const mostAnswers = 20_000

const bundled = (): string =>
  fileURLToPath(import.meta.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb'))

let countryNames: Intl.DisplayNames | undefined
const names = new Map<string, string | undefined>()
const nameOf = (code: string | undefined): string | undefined => {
  if (code === undefined || !/^[A-Z]{2}$/.test(code)) return undefined
  countryNames ??= new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
  if (!names.has(code)) names.set(code, countryNames.of(code))
  return names.get(code)
}

const cityOf = (record: MmdbRecord | undefined): string | undefined => {
  const city = typeof record?.city === 'string' ? record.city : record?.city?.names?.en
  return city === '' ? undefined : city
}

const foundFrom = (place: MmdbRecord | undefined, system: MmdbRecord | undefined): Found => {
  const code = place?.country?.iso_code ?? place?.country_code
  return {
    texts: {
      'source.geo.country_iso_code': code,
      'source.geo.country_name': nameOf(code),
      'source.geo.continent_code': place?.continent?.code,
      'source.geo.region_name': place?.subdivisions?.[0]?.names?.en ?? place?.state1,
      'source.geo.city_name': cityOf(place),
      'source.as.organization.name': system?.autonomous_system_organization,
    },
    asn: system?.autonomous_system_number,
  }
}

/**
 * Adds where an address is and who runs its network: `source.geo.country_iso_code`, `.country_name` (English),
 * `.continent_code`, `.region_name`, `.city_name` as far as the database knows them, and with `asn` the autonomous
 * system. Private, local and reserved addresses get nothing. Files are
 * looked at before every batch and read again when they changed.
 */
export const geoip = <const F extends string = 'source.ip'>(
  options: GeoipOptions<F> = {},
): Transform<FieldsOf<F>, FieldsOf<Place | System>> => {
  const field: string = options.field ?? 'source.ip'
  const problems =
    typeOf(field, 'ip') === 'ip'
      ? []
      : [
          diagnose(
            markSite(geoip),
            `geoip looks up addresses, but ${field} holds none`,
            'Name an ip field, as source.ip',
          ),
        ]
  let place: MmdbFile | undefined
  let system: MmdbFile | undefined
  /** Each answer once: there are far fewer than addresses. */
  const answers = new Map<string, Found>()
  const nowhere = foundFrom(undefined, undefined)
  const known = createMemo(1 << 17, (memory, at): Found => {
    if (!isPublic(memory, at)) return nowhere
    const ip = printIp(memory, at)
    const found = foundFrom(place?.get(ip), system?.get(ip))
    const key = JSON.stringify(found)
    const same = answers.get(key)
    if (same !== undefined) return same
    answers.set(key, found)
    return found
  })
  const refresh = (): void => {
    const changed = [place, system].filter((file) => file?.refresh() === true)
    if (changed.length === 0 && answers.size < mostAnswers) return
    known.clear()
    answers.clear()
  }

  return Object.freeze({
    name: 'geoip',
    needs: [field],
    adds: declare(...places, ...(options.asn === undefined ? [] : systems)),
    problems,
    get trouble() {
      return place?.trouble ?? system?.trouble
    },
    async open() {
      place = await openMmdb(options.city ?? options.country ?? bundled())
      system = options.asn === undefined ? undefined : await openMmdb(options.asn)
    },
    async close() {
      place = system = undefined
      known.clear()
      answers.clear()
    },
    apply(batch: Batch) {
      const column = batch.columns.get(field)
      const distinct = column === undefined ? undefined : distinctOf(batch, column)
      if (distinct === undefined || distinct.count === 0) return
      refresh()
      const found: Found[] = []
      const numbers = new Map<Found, number>()
      const numberOf = new Uint32Array(distinct.count)
      for (let code = 0; code < distinct.count; code++) {
        const answer = known.of(distinct.memory, distinct.start[code]!, distinct.end[code]!)
        let number = numbers.get(answer)
        if (number === undefined) {
          number = found.push(answer) - 1
          numbers.set(answer, number)
        }
        numberOf[code] = number
      }
      const { codes } = distinct
      for (let i = 0; i < codes.length; i++) if (codes[i] !== absent) codes[i] = numberOf[codes[i]!]!
      const add = (name: keyof Found['texts']): void => {
        const values = found.map(({ texts }) => texts[name])
        if (values.some((value) => value !== undefined)) batch.columns.set(name, textDictionary(batch, codes, values))
      }
      for (const name of places) add(name)
      if (options.asn === undefined) return
      add('source.as.organization.name')
      batch.columns.set(
        'source.as.number',
        numberDictionary(
          batch,
          codes,
          found.map(({ asn }) => asn),
        ),
      )
    },
  })
}
