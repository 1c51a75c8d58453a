import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, fillCache, isCached } from './cache.ts'
import { findCommand, runCommand } from './command.ts'
import { freePort } from './free-port.ts'
import { scratchDir } from './scratch-dir.ts'
import { startServer } from './server-process.ts'
import { waitUntil } from './wait-until.ts'

const folderName = 'uvicorn'

export const uvicornMissing = (): string | undefined => (isCached(folderName) ? undefined : 'not fetched yet')

/** A virtual environment with uvicorn and FastAPI, made by the machine's Python and pip. */
export async function bringUvicorn(): Promise<void> {
  await fillCache(folderName, (folder) => {
    const python = findCommand('python3')
    if (!python) throw new Error('Python 3 is not installed')
    runCommand(python, ['-m', 'venv', join(folder, 'venv')])
    runCommand(join(folder, 'venv/bin/pip'), ['install', '-q', 'uvicorn', 'fastapi'])
  })
}

export interface Uvicorn extends AsyncDisposable {
  readonly url: string
  /** Everything it and the application wrote to standard output and standard error. */
  output(): string
  /** SIGINT, as uvicorn likes to be ended. */
  stop(): Promise<void>
}

/**
 * A real uvicorn on a free port that serves `app` of this Python source, default a FastAPI application with `/` and
 * `/fail`. `args` goes to uvicorn (`['--log-config', path]`). Guard the suite with `needs('uvicorn')`.
 */
export async function startUvicorn(
  source = `from fastapi import FastAPI
app = FastAPI()

@app.get("/")
def root():
    return {"ok": True}

@app.get("/fail")
def fail():
    raise ValueError("no such order")
`,
  args: readonly string[] = [],
): Promise<Uvicorn> {
  const dir = scratchDir('tailrace-uvicorn')
  writeFileSync(join(dir.path, 'shop.py'), source)
  const port = await freePort()
  const program = join(cacheFolder(folderName), 'venv/bin/python')
  const all = ['-m', 'uvicorn', 'shop:app', '--host', '127.0.0.1', '--port', String(port), ...args]
  const env = { ...process.env, PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' }
  const server = await startServer(program, all, { cwd: dir.path, env, folder: dir.path })
  await waitUntil('uvicorn listens', () => {
    if (!server.running) throw new Error(`uvicorn ended: ${server.output()}`)
    return server.output().includes('Uvicorn running on')
  })
  const stop = async () => {
    await server.stop('SIGINT')
    dir.remove()
  }
  return { url: `http://127.0.0.1:${port}`, output: server.output, stop, [Symbol.asyncDispose]: stop }
}
