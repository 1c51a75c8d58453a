import { type ParserMap, parserFor } from './envelope/chosen.ts'
import { dockerEnvelope } from './envelope/docker.ts'
import { dockerMetadata } from './envelope/docker-metadata.ts'
import { type FollowOptions, follow } from './follow.ts'
import type { Source } from './source.ts'

export interface DockerOptions extends Omit<FollowOptions, 'name' | 'paths' | 'encoding'> {
  /** Default `docker`. */
  readonly name?: string
  /** Default `/var/lib/docker/containers/<id>/<id>-json.log`. */
  readonly paths?: readonly string[]
  /**
   * Which parser reads a container, by its name or image or a glob of them: `{ 'shop-web': 'nginx.access' }`. A label
   * `tailrace.parser` of the container (`tailrace.parser.stderr` for one of its streams) comes first; without either its
   * first lines tell.
   */
  readonly parsers?: ParserMap
}

/** Containers' logs as Docker's `json-file` driver writes them, stream by stream, with what Docker knows of each. */
export const docker = (options: DockerOptions = {}): Source => {
  const { name = 'docker', paths = ['/var/lib/docker/containers/*/*-json.log'], parsers = {}, ...rest } = options
  const metadata = dockerMetadata()
  return {
    ...follow({ ...rest, name, paths }),
    definition: { docker: options },
    envelope: dockerEnvelope(metadata),
    at: (other, elsewhere) => docker({ ...options, name: other, paths: elsewhere }),
    parserOf(path, stream) {
      const { name: container, image, labels } = metadata(path)
      return parserFor(stream, labels, parsers, [container, image])
    },
  }
}
