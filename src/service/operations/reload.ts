import { OperationError } from '../control.ts'
import type { Reload } from '../reload.ts'
import type { Operation } from './operate.ts'

/** Reads the configuration again and says what came of it; undefined: of a service that never does. */
export const reloadOperation = (reload: Reload | undefined): Operation =>
  async function* (_, { force = false }: { readonly force?: boolean }) {
    if (reload === undefined)
      throw new OperationError(2, 'this service reads its configuration once: it is a demo or ends by itself')
    yield await reload.ask({ force })
  }
