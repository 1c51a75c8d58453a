/**
 * Text from a log made safe to show in a terminal, a mail subject or a log line of our own: control characters
 * (C0, DEL, C1), line and paragraph separators and bidirectional overrides are shown as `\xHH` or `\u{…}` instead
 * of acting. Line breaks stay only with `lines`.
 */
export const printable = (text: string, { lines = false } = {}): string =>
  text.replace(unsafe, (char) => {
    if (lines && char === '\n') return char
    const code = char.codePointAt(0)!
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })

const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g
