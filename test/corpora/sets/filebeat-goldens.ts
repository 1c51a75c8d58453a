import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Grammar } from '../../../src/grammar/grammar.ts'
import { loadFormats } from '../../../src/service/formats.ts'
import { readLog } from '../../parsers/read-log.ts'
import { differences, flatten } from '../compare.ts'
import type { Corpus, Score } from '../corpus.ts'

/** What describes the shipper or an enrichment rather than the line, and what the modules leave in `message`. */
const leftOut =
  /^(log\.(offset|file\.path|flags)|input\.type|fileset\.name|service\.type|event\.(module|kind|ingested|dataset|timezone|category|type|outcome|original)|related\..*|message|tags|.*\.(geo|as)\..*|user_agent\.(?!original$).*)$/

/** Where lines have no zone the modules were run in this one. */
const timezone = '-02:00'

type Golden = Readonly<Record<string, unknown>>
const offsetOf = (document: Golden): unknown => document['log.offset']

const score = async (part: string, grammar: Grammar | undefined, path: string): Promise<Score> => {
  const goldens = JSON.parse(readFileSync(`${path}-expected.json`, 'utf8')) as readonly Golden[]
  const wanted = goldens.map((golden) => new Map([...flatten(golden)].filter(([name]) => !leftOut.test(name))))
  const expected = wanted.reduce((sum, { size }) => sum + size, 0)
  if (grammar === undefined)
    return { part, records: goldens.length, parsed: 0, expected, equal: 0, differences: [], note: 'no parser yet' }
  const { documents, failures } = await readLog(grammar, path, { timezone })
  const found = documents.map((text) => flatten(JSON.parse(text) as Golden))
  const byOffset = new Map(found.map((document) => [document.get('log.offset'), document]))
  // Offsets of a file that is decoded are not the shipper's.
  const byOrder = goldens.length === found.length
  const different = goldens.map((golden, i) => {
    const document = byOffset.get(offsetOf(golden)) ?? (byOrder ? found[i] : undefined)
    return { golden, document, fields: differences(wanted[i]!, document ?? new Map()) }
  })
  return {
    part,
    records: goldens.length,
    parsed: different.filter(({ document }) => document !== undefined).length,
    expected,
    equal: expected - different.reduce((sum, { fields }) => sum + fields.length, 0),
    differences: [
      ...different.flatMap(({ golden, document, fields }): readonly object[] =>
        document === undefined
          ? [{ offset: offsetOf(golden), missing: golden }]
          : fields.map((field) => ({ offset: offsetOf(golden), ...field })),
      ),
      ...failures.map((text) => JSON.parse(text) as object),
    ],
    ...(documents.length === goldens.length ? {} : { note: `${documents.length} documents` }),
  }
}

const corpus: Corpus = {
  about: 'logs with the documents that Filebeat modules made of them: a folder a module, in it one a fileset',
  async *scores(folder) {
    const { grammars } = await loadFormats()
    for (const module of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
      for (const fileset of readdirSync(join(folder, module.name))) {
        const name = `${module.name}.${fileset}`
        const grammar = grammars.find((one) => one.name === name)
        for (const file of readdirSync(join(folder, module.name, fileset)).filter((each) => each.endsWith('.log')))
          yield score(`${name} ${file}`, grammar, join(folder, module.name, fileset, file))
      }
    }
  },
}
export default corpus
