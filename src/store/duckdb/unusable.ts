/** Why the store cannot be opened at all: a person has to do something. The message is a sentence that says what. */
export type UnusableCode = 'store_locked' | 'store_damaged' | 'store_unwritable'

export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable'
  readonly code: UnusableCode
  constructor(code: UnusableCode, message: string, cause: unknown) {
    super(message, { cause })
    this.code = code
  }
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const isDamage = (error: unknown): boolean => /Corrupt database file|checksum/i.test(said(error))

/** An error met while the file is open, in words a person can act on where a part of it is damaged. */
export const damageOf = (path: string, error: unknown): StoreUnusable | undefined =>
  isDamage(error)
    ? new StoreUnusable(
        'store_damaged',
        `A part of ${path} is damaged, and what lies in it cannot be read: ${said(error).split('\n')[0]}. Put back a copy of the file, or move it and ${path}.wal aside to read every log that is still there again.`,
        error,
      )
    : undefined

/** What DuckDB or the system said when the file could not be opened, as something a person can act on. */
export const unusable = (path: string, error: unknown): StoreUnusable => {
  const message = said(error)
  const holder = /\(PID (\d+)\)/.exec(message)?.[1]
  if (/lock on file|being used by another process/.test(message))
    return new StoreUnusable(
      'store_locked',
      `${path} is held by ${holder === undefined ? 'another process' : `process ${holder}`}: only one can open an embedded store. Ask the running service, or stop it.`,
      error,
    )
  if (/EACCES|EROFS|ENOTDIR|ENOSPC|EEXIST|Cannot open file|Permission denied|Read-only|No space/i.test(message))
    return new StoreUnusable(
      'store_unwritable',
      `${path} cannot be opened for writing: ${message}. Give this user the directory, or room on its disk.`,
      error,
    )
  return new StoreUnusable(
    'store_damaged',
    `${path} cannot be read: ${message}. It also holds the checkpoints, so nothing was begun afresh. Put back a copy of the file, or move it and ${path}.wal aside to read every log that is still there again.`,
    error,
  )
}
