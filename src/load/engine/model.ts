/**
 * What a load model is to the part that it drives.
 */
import type { Ms } from '../../base/clock.js'
import type { VirtualUser } from './virtual-user.js'

/** A load model: decides which virtual user sends when. */
export interface Model {
  /** Called once, at the beginning. */
  begin(): void
  /** A user has finished a request and nothing is to be recorded any more. */
  finished(user: VirtualUser, now: Ms): void
  /** A user's pause is over. */
  rested(user: VirtualUser, due: Ms, now: Ms): void
  /** Nothing more shall be sent. */
  halt(): void
  /** How many virtual users are at work. */
  readonly vus: number
}
