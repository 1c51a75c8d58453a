import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ipaddr from 'ipaddr.js'
import { openMmdb } from '../../../src/transform/mmdb-file.ts'
import { differences, flatten } from '../compare.ts'
import type { Corpus } from '../corpus.ts'

type Record = Readonly<{ [name: string]: unknown }>

const corpus: Corpus = {
  about: 'address databases beside the networks and records they were made of',
  async *scores(folder) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.mmdb'))) {
      const database = await openMmdb(join(folder, file))
      const source = JSON.parse(readFileSync(join(folder, file.replace(/mmdb$/, 'json')), 'utf8')) as readonly Record[]
      const networks = source
        .flatMap((entry) => Object.entries(entry))
        .map(([network, record]) => {
          const [address, bits] = ipaddr.parseCIDR(network)
          return { network, address, bits, record: record as Record }
        })
      // Where networks lie in each other the narrowest answers.
      const asked = networks.filter(
        ({ address, bits }) =>
          !networks.some(
            (other) =>
              other.bits > bits && other.address.kind() === address.kind() && address.match(other.address, other.bits),
          ),
      )
      let expected = 0
      let parsed = 0
      const different = asked.flatMap(({ network, address, record }) => {
        const found = database.get(address.toString())
        const wanted = flatten(record)
        expected += wanted.size
        if (found !== undefined) parsed++
        return differences(wanted, found === undefined ? new Map() : flatten(found as Record)).map((field) => ({
          network,
          ...field,
        }))
      })
      yield {
        part: file,
        records: asked.length,
        parsed,
        expected,
        equal: expected - different.length,
        differences: different,
      }
    }
  },
}
export default corpus
