import type { Part } from './part.ts'

/**
 * The rest of the record as it reads without the colours of a terminal, wherever they stand: what a program writes that takes
 * a file for a terminal. What holds none does not fit, and text that was coloured by its author loses its colours: so write
 * `either(layout, uncoloured(layout))`.
 */
export const uncoloured = <P extends Part>(part: P): P => ({ ...part, ops: [{ op: 'uncoloured', ops: part.ops }] }) as P
