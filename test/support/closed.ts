import type { Socket } from 'node:net'

/** Resolves when it is closed, also by an error, which `once` would throw. */
export const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.on('error', () => undefined).once('close', () => resolve())
  })
