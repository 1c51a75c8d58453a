import type { Envelope } from '../../event/envelope.ts'
import { criEnvelope } from './cri.ts'
import { dockerEnvelope } from './docker.ts'

/** The envelopes that containers' logs come in. */
export const containerEnvelopes = (): readonly Envelope[] => [dockerEnvelope(), criEnvelope()]
