/**
 * Document values as JSON text and back, with whole numbers beyond 2^53 exact: they are bigints in memory
 * (https://github.com/tc39/proposal-json-parse-with-source).
 */

// Not in the standard library's declarations yet.
declare global {
  interface JSON {
    rawJSON(text: string): object
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown
  }
}

const exact = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? JSON.rawJSON(value.toString()) : value

/** JSON text of a document or any value of one. `undefined` members are left out. */
export const stringify = (value: unknown, indent?: number): string => JSON.stringify(value, exact, indent)

const revive = (_: string, value: unknown, { source }: { readonly source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source)
    ? BigInt(source)
    : value

/** Reads JSON text; whole numbers that a double cannot hold come as bigints. Throws `SyntaxError` on anything else. */
export const parse = (text: string): unknown => (/\d{16}/.test(text) ? JSON.parse(text, revive) : JSON.parse(text))
