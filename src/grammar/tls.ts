import { wordsOf } from './derive.ts'

/** Protocols as OpenSSL names them. */
export const tlsProtocols = ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1', 'SSLv3', 'SSLv2'] as const

const each = (of: (name: string) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(tlsProtocols.map((name) => [name, of(name)]))

/** ECS's two fields of the protocol that `field` names. */
export const tlsVersionOf = (field: string) =>
  ({
    'tls.version': wordsOf(
      field,
      each((name) => (name === 'TLSv1' ? '1.0' : name.slice('TLSv'.length))),
    ),
    'tls.version_protocol': wordsOf(
      field,
      each((name) => name.slice(0, 'tls'.length).toLowerCase()),
    ),
  }) as const
