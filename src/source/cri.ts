import { type ParserMap, parserFor } from './envelope/chosen.ts'
import { criEnvelope } from './envelope/cri.ts'
import { podOf } from './envelope/pod.ts'
import { type FollowOptions, follow } from './follow.ts'
import type { Source } from './source.ts'

export interface CriOptions extends Omit<FollowOptions, 'name' | 'paths' | 'encoding'> {
  /** Default `cri`. */
  readonly name?: string
  /** Default the kubelet's directories below `/var/log/pods`; the links of `/var/log/containers` do as well. */
  readonly paths?: readonly string[]
  /** Which parser reads a container, by `container`, `namespace/pod` or a glob of them; else its first lines tell. */
  readonly parsers?: ParserMap
}

const none: ReadonlyMap<string, string> = new Map()

/** Containers' logs as Kubernetes' runtimes write them, stream by stream. */
export const cri = (options: CriOptions = {}): Source => {
  const { name = 'cri', paths = ['/var/log/pods/*/*/*.log'], parsers = {}, ...rest } = options
  return {
    ...follow({ ...rest, name, paths }),
    definition: { cri: options },
    envelope: criEnvelope(),
    at: (other, elsewhere) => cri({ ...options, name: other, paths: elsewhere }),
    parserOf(path, stream) {
      const pod = podOf(path)
      return parserFor(stream, none, parsers, [pod && `${pod.namespace}/${pod.name}`, pod?.container])
    },
  }
}
