import type { Envelope } from '../../event/envelope.ts'
import { unwrapCri } from './cri-line.ts'
import { addConstant, addWrapping, schemaOf } from './describe.ts'
import { podOf } from './pod.ts'

const schema = schemaOf(
  'container.id',
  'container.name',
  'event.created',
  'kubernetes.container.name',
  'kubernetes.namespace',
  'kubernetes.pod.name',
  'kubernetes.pod.uid',
  'orchestrator.namespace',
  'orchestrator.resource.id',
  'orchestrator.resource.name',
  'orchestrator.resource.type',
  'orchestrator.type',
  'stream',
)

/** The envelope of logs that a container runtime writes for the kubelet; where a file lies says whose they are. */
export const criEnvelope = (): Envelope => ({
  name: 'cri',
  schema,
  unwrap: unwrapCri,
  describe(batch) {
    const pod = podOf(batch.block.origin.path)
    if (pod !== undefined) {
      const { namespace, name, uid, container, containerId } = pod
      addConstant(batch, 'container.id', containerId)
      addConstant(batch, 'container.name', container)
      addConstant(batch, 'kubernetes.container.name', container)
      addConstant(batch, 'kubernetes.namespace', namespace)
      addConstant(batch, 'kubernetes.pod.name', name)
      addConstant(batch, 'kubernetes.pod.uid', uid)
      addConstant(batch, 'orchestrator.type', 'kubernetes')
      addConstant(batch, 'orchestrator.namespace', namespace)
      addConstant(batch, 'orchestrator.resource.type', 'pod')
      addConstant(batch, 'orchestrator.resource.name', name)
      addConstant(batch, 'orchestrator.resource.id', uid)
    }
    addWrapping(batch)
  },
})
