const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A line of an nginx access log, of this second. */
export const requestNow = (status: number): string => {
  const now = new Date()
  const [day, year] = [String(now.getUTCDate()).padStart(2, '0'), now.getUTCFullYear()]
  return `81.2.69.10 - - [${day}/${months[now.getUTCMonth()]}/${year}:${now.toISOString().slice(11, 19)} +0000] "GET /pay/7 HTTP/1.1" ${status} 512 "-" "curl/8.5.0"\n`
}
