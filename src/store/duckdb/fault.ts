/** What a person should read of an error of DuckDB's: its first line. */
export const said = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!

/** Errors after which DuckDB answers nothing more until the file is opened again. */
export const isFatal = (error: unknown): boolean => /FATAL|INTERNAL|invalidated/.test(said(error))

/** More memory was wanted than DuckDB may use; the database is none the worse. */
export const isOutOfMemory = (error: unknown): boolean =>
  /^Out of Memory|could not allocate/i.test(said(error)) && !isFatal(error)

/** Errors of the world, which pass: a full disk, no memory, a directory that is away. All others are about the data. */
export const isWorld = (error: unknown): boolean =>
  isFatal(error) ||
  /^(IO|Out of Memory|TransactionContext|Connection|Interrupt)|No space|could not allocate/i.test(said(error)) ||
  /^E[A-Z]+: /.test(said(error))
