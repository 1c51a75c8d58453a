/** Whether a name or address leads to this machine itself. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)

/** Whether a `Host` header names this machine itself: else a page elsewhere may have had its name turned to it (DNS rebinding). */
export const namesLoopback = (header: string | undefined): boolean => {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(header ?? '')
  return match !== null && isLoopback((match[1] ?? match[2]!).toLowerCase().replace(/\.$/, ''))
}
