/** A field's name as Logstash writes it, `[a][b]`, with dots. */
export const dotted = (name: string): string => name.replace(/^\[|\]$/g, '').replaceAll('][', '.')
