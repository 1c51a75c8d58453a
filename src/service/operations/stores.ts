import type { Beside, Context } from '../context.ts'
import { type Answer, OperationError } from '../control.ts'

/** What a question says of the stores it is about; unless it names one, all of them. */
export interface StoreAsked {
  readonly store?: string
}

const waits = ({ name, elsewhere }: Beside): string =>
  elsewhere === undefined
    ? `${name} is still waited for by its start; ask again when it is back`
    : `${name} is read ${elsewhere.host === '' ? 'by no instance that is known' : `on ${elsewhere.host}`} now; ask there`

/** A store as if there were no other. */
export const only = (context: Context): Context => ({ ...context, others: async () => [] })

/** The context of a store by its name, as if there were no other. Throws where no store has it, or none is at hand. */
export const contextOf = async (context: Context, name: string): Promise<Context> => {
  const others = await context.others()
  const named = name === context.storeName ? { name, context } : others.find((beside) => beside.name === name)
  if (named === undefined)
    throw new OperationError(
      2,
      `no store is called '${name}'; there ${others.length === 0 ? 'is' : 'are'} ${[context.storeName, ...others.map((one) => one.name)].join(', ')}`,
    )
  if (named.context === undefined) throw new OperationError(3, waits(named))
  return only(named.context)
}

/** The first store and those beside it that are at hand. */
export const atHand = async (context: Context): Promise<readonly Context[]> => [
  context,
  ...(await context.others()).flatMap((beside) => beside.context ?? []),
]

/** Throws where a store is not at hand: what was looked for may be there. */
export const assertAllAtHand = async (context: Context): Promise<void> => {
  const others = await context.others()
  const away = others.filter((beside) => beside.context === undefined && beside.elsewhere === undefined)
  if (away.length > 0) throw new OperationError(3, away.map(waits).join('; '))
}

/** Asks every store in turn. One that is not at hand is told of behind the answers of all others, loudly. */
export async function* inEveryStore(context: Context, ask: (one: Context) => Answer): Answer {
  for (const one of await atHand(context)) yield* ask(one)
  await assertAllAtHand(context)
}

/** Stores by name, the first one first. */
export async function* stores(context: Context): Answer {
  yield { store: context.storeName }
  for (const { name } of await context.others()) yield { store: name }
}
