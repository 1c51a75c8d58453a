/** A pattern that cannot be used: the sentence says why, and how to mend it. */
export class GrokMistake extends Error {
  override readonly name = 'GrokMistake'
}
