import { Transform } from 'node:stream'
import { gunzipSync, type ZlibOptions } from 'node:zlib'

/** As `zlib.createGunzip`, but at once: the real one works in threads, whose order no seed decides. */
export const createGunzip = (options: ZlibOptions = {}): Transform => {
  const pieces: Buffer[] = []
  return new Transform({
    transform(piece: Buffer, _, done) {
      pieces.push(piece)
      done()
    },
    flush(done) {
      try {
        done(null, gunzipSync(Buffer.concat(pieces), options))
      } catch (error) {
        done(error as Error)
      }
    },
  })
}
