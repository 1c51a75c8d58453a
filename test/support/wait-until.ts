import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Asks `question` again and again until it answers something true, and gives that answer. What it throws counts as no;
 * the last complaint is in the error when `timeout` ms are over.
 */
export async function waitUntil<T>(
  what: string,
  question: () => T | Promise<T>,
  { timeout = 90_000, every = 50 }: { timeout?: number; every?: number } = {},
): Promise<NonNullable<T>> {
  const end = performance.now() + timeout
  let complaint: unknown
  do {
    try {
      const answer = await question()
      if (answer) return answer
      complaint = undefined
    } catch (error) {
      complaint = error
    }
    await sleep(every)
  } while (performance.now() < end)
  throw new Error(`waited ${timeout} ms in vain until ${what}`, { cause: complaint })
}
