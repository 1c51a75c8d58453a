/**
 * The baseline: what people write, a regular expression for the line, an object for the event and `JSON.stringify`
 * for the document. It yields the fields that the parser yields, with the same types.
 */
const combined =
  /^(\S+) - (\S+) \[(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})\] "(?:(\S+) (\S+) HTTP\/([\d.]+)|([^"]*))" (\d+) (\d+) "([^"]*)" "([^"]*)"$/
const months: Readonly<Record<string, number>> = Object.fromEntries(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name, i) => [name, i]),
)

const extension = /[^/]*\.([0-9A-Za-z]{1,10})$/

const present = (text: string): string | undefined =>
  text === '-' ? undefined : text.includes('\\x') ? text.replace(/\\x([0-9A-F]{2})/g, unescaped) : text
const unescaped = (_: string, digits: string): string => String.fromCharCode(Number.parseInt(digits, 16))

/** The event of a line as a nested object; undefined where the line is no such line. */
export const eventOf = (line: string): object | undefined => {
  const found = combined.exec(line)
  if (found === null) return undefined
  const [, address, user, day, month, year, hour, minute, second, zone] = found as unknown as string[]
  const [method, target, version, odd, status, bytes, referrer, agent] = found.slice(10) as string[]
  const offset = (Number(zone!.slice(0, 3)) * 60 + Number(zone![0]! + zone!.slice(3))) * 60_000
  const at = Date.UTC(+year!, months[month!]!, +day!, +hour!, +minute!, +second!) - offset
  const original = target === undefined ? undefined : present(target)
  const question = target === undefined ? -1 : target.indexOf('?')
  const path = target === undefined ? undefined : present(question === -1 ? target : target.slice(0, question))
  return {
    '@timestamp': new Date(at).toISOString(),
    source: { address, ip: address },
    user: user === '-' ? undefined : { name: present(user!) },
    http: {
      request: method === undefined && referrer === '-' ? undefined : { method, referrer: present(referrer!) },
      version,
      response: { status_code: +status!, body: { bytes: +bytes! } },
    },
    nginx: { access: { remote_ip_list: [address], request: odd === undefined ? undefined : present(odd) } },
    url:
      original === undefined
        ? undefined
        : {
            original,
            path,
            query: question === -1 ? undefined : present(target!.slice(question + 1)),
            extension: path === undefined ? undefined : extension.exec(path)?.[1],
          },
    user_agent: agent === '-' ? undefined : { original: present(agent!) },
    event: { dataset: 'nginx.access', outcome: +status! < 400 ? 'success' : 'failure' },
  }
}
