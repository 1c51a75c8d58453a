import { isLoopback } from '../config/loopback.ts'

export interface Listening {
  /** As people call it: `the web server`. */
  readonly listener: string
  readonly host: string
  /** Something that whoever comes must show: a token, a user's password, a client certificate. */
  readonly guarded: boolean
  /** `insecure: true`, in so many words. */
  readonly insecure: boolean
  /** What would guard it, and where the word is written. */
  readonly mend: string
}

/** The rule every listener asks before it listens: nothing but loopback is open to all unless somebody wrote that it is. */
export const exposed = ({
  listener,
  host,
  guarded,
  insecure,
  mend,
}: Listening): { readonly text: string; readonly mend: string } | undefined =>
  guarded || insecure || isLoopback(host)
    ? undefined
    : {
        text: `${listener} would listen on ${host}, which is not loopback, and let everybody in`,
        mend,
      }
