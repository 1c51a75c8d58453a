import { once } from 'node:events'

/** To standard output, waiting where its reader is slow. */
export const write = async (text: string | Uint8Array): Promise<void> => {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}
