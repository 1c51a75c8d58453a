/** What a command's exit code says. */
export const exitCodes = {
  0: 'Done.',
  1: 'What was asked about does not hold: a line did not parse, the ledger does not balance, a check found something.',
  2: 'Wrong usage, or a definition that keeps the command from running.',
  3: 'The world failed: a store that cannot be reached, a file that cannot be read, a full disk.',
  130: 'Stopped by SIGINT, in good order.',
  143: 'Stopped by SIGTERM, in good order.',
} as const
export type ExitCode = 0 | 1 | 2 | 3 | 130

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
