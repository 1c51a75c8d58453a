import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Corpus } from '../corpus.ts'
import { countLines, readAuto } from '../read-auto.ts'

const corpus: Corpus = {
  about: 'real combined lines: each line is a record, each record a document or a failure',
  async *scores(folder) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.log'))) {
      const path = join(folder, file)
      const { said, records, parsed, failures } = await readAuto(path)
      const lines = countLines(path)
      const lost = lines === records ? [] : [{ file, lost: lines - records }]
      yield {
        part: file,
        records: lines,
        parsed,
        differences: [...lost, ...failures],
        note: `${lines - records} lost; ${said.map((text) => text.split(':')[0]).join(', ')}`,
      }
    }
  },
}
export default corpus
