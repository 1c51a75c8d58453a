/** Identifiers in backticks stay; strings (also one the statement is cut off in) and numbers are literals. */
const parts =
  /`[^`]*`|'(?:[^'\\]|\\[\s\S])*(?:'|\\?$)|"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|(?<![\w.`])(?:0x[0-9a-f]+|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)(?!\w)/gi

/** The statement with each literal replaced by `mark`, strings within their quotes. */
export const redactSql = (sql: string, mark: string): string =>
  sql.replace(parts, (part) => {
    const first = part[0]!
    if (first === '`') return part
    return first === "'" || first === '"' ? `${first}${mark}${first}` : mark
  })
