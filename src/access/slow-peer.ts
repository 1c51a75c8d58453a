import type { Socket } from 'node:net'

export interface Patience {
  /** Milliseconds without a byte in either direction; 0 for ever. */
  readonly idle: number
  /** Milliseconds from a message's first byte to its last. */
  readonly whole: number
  /** Bytes of answers a peer may leave unread. */
  readonly unread: number
}

/** Told by whoever cuts a stream into messages. */
export interface SlowPeer {
  /** A message has begun; again while it is under way changes nothing. */
  began(): void
  /** It is whole. */
  ended(): void
}

/** Cuts off a peer that begins messages and does not end them, that says nothing, or that reads no answers. */
export const boundSlowPeer = (socket: Socket, { idle, whole, unread }: Patience): SlowPeer => {
  let timer: NodeJS.Timeout | undefined
  const ended = (): void => {
    clearTimeout(timer)
    timer = undefined
  }
  socket.setTimeout(idle, () => socket.destroy())
  socket.once('close', ended)
  return {
    began() {
      if (socket.writableLength > unread) socket.destroy()
      else timer ??= setTimeout(() => socket.destroy(), whole).unref()
    },
    ended,
  }
}
