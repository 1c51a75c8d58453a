import type { Transition } from '../alert/alert.ts'

/** Tells people of alerts in one way. */
export interface Notifier {
  readonly name: string
  /**
   * Called for each change in order, and not again once it resolved: it resolves when the change is safe with it (shown,
   * or on disk to be sent). Throws where it cannot take it now; it is then asked again with the same change.
   */
  notify(transition: Transition, signal: AbortSignal): Promise<void>
  close?(): Promise<void>
}
