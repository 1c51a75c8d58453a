/** An identifier in double quotes. */
export const named = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A string literal. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
