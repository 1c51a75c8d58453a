/** Columns of a terminal that text takes: full-width characters (East Asian wide, roughly) take two. */
export const textWidth = (text: string): number => {
  let sum = 0
  for (const char of text)
    sum += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(char)
      ? 2
      : 1
  return sum
}

/** Blanks make it `to` columns wide. */
export const padText = (text: string, to: number, right: boolean): string => {
  const space = ' '.repeat(Math.max(0, to - textWidth(text)))
  return right ? space + text : text + space
}
