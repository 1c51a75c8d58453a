import { isLoopback } from '../config/loopback.ts'

/** Whether a `Host` header names this machine itself: else a page elsewhere may have had its name turned to it (DNS rebinding). */
export const namesLoopback = (header: string | undefined): boolean => {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(header ?? '')
  return match !== null && isLoopback((match[1] ?? match[2]!).toLowerCase().replace(/\.$/, ''))
}
