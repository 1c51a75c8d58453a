import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { cacheFolder, fillCache, isCached } from './cache.ts'
import { findCommand } from './command.ts'

const folderName = 'chromium'

function findBrowser(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  for (const name of names) {
    const path = findCommand(name)
    if (path) return path
  }
  return isCached(folderName) ? join(cacheFolder(folderName), 'chromium') : undefined
}

export const browserMissing = (): string | undefined =>
  findBrowser() ? undefined : 'no Chromium is installed and none is unpacked yet'

/** Unpacks the Chromium that came with `npm ci`, unless one is installed. */
export async function bringBrowser(): Promise<void> {
  if (findBrowser()) return
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('install Chromium or Google Chrome')
  const { default: chromium } = await import('@sparticuz/chromium')
  await fillCache(folderName, async (folder) => {
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = folder
    try {
      await chromium.executablePath()
    } finally {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
    }
  })
}

/** A real headless Chromium under playwright-core; close it in an afterAll. Guard the suite with `needs('browser')`. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findBrowser()
  if (!executablePath) throw new Error('Chromium is missing: npm run test:bring')
  const { chromium } = await import('playwright-core')
  return chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu'] })
}
