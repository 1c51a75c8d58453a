/** 0 done; 1 what was asked about does not hold; 2 wrong usage or definition; 3 the world failed. */
export type ExitCode = 0 | 1 | 2 | 3

/** Ends a command: the message goes to standard error, the code to the shell. */
export class Exit extends Error {
  override readonly name = 'Exit'
  readonly status: ExitCode
  constructor(status: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}
export const usage = (message: string): Exit => new Exit(2, message)
