import type { Envelope } from '../../event/envelope.ts'
import { addConstant, addListOf, addTexts, addWrapping, schemaOf } from './describe.ts'
import { addAttributes } from './docker-attributes.ts'
import { unwrapDocker } from './docker-line.ts'
import { dockerMetadata } from './docker-metadata.ts'

const schema = schemaOf(
  'container.id',
  'container.image.name',
  'container.image.tag',
  'container.labels',
  'container.name',
  'container.runtime',
  'docker.attrs',
  'event.created',
  'stream',
)

/** The envelope of Docker's `json-file` logs. `metadata`: with what `config.v2.json` beside the log says. */
export const dockerEnvelope = (metadata = dockerMetadata()): Envelope => ({
  name: 'docker',
  schema,
  unwrap: unwrapDocker,
  describe(batch) {
    const { id, name, image, tag, labels } = metadata(batch.block.origin.path)
    addConstant(batch, 'container.id', id)
    addConstant(batch, 'container.name', name)
    addConstant(batch, 'container.image.name', image)
    addListOf(batch, 'container.image.tag', tag)
    addTexts(batch, 'container.labels', labels)
    addConstant(batch, 'container.runtime', 'docker')
    addAttributes(batch)
    addWrapping(batch)
  },
})
