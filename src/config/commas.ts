/** Parts of a list as it is written on a command line or in a variable: `a, b`. */
export const commas = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
