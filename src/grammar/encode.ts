/** Text of a definition as the bytes it stands for. */
export const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
