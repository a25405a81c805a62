/**
 * A request as a hostile service sees it, and how it may end. What a request meets depends only on its number, so
 * that both sides of a run know it without communicating.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FailureKind } from '../../src/stats/result.js'

/** How a request ended, as the load sees it. `given up`: at its timeout, or unfinished at the end. */
export type Ending = 'ok' | FailureKind | 'given up'

/** What a service does to a request. */
export interface Fault<A> {
  readonly name: string
  /** All ways in which such a request may end. */
  readonly ends: readonly Ending[]
  /** Whether a successful response has the body of {@link answerTo}; default: yes. */
  readonly hasBody?: false
  /** The next request of the connection waits until this is done. */
  answer(ask: A): void | Promise<void>
}

/** What requests with these numbers meet. */
export type Script<A> = (id: number) => Fault<A>

/** One request. */
export interface Ask {
  /** The number in its path, `/r/12`; -1 when it has none. */
  readonly id: number
  readonly method: string
  readonly path: string
  /** Where responses are written: plain or encrypted. */
  readonly socket: Duplex
  /** The socket below it. */
  readonly raw: Socket
}

/** The body of a valid response. */
export function answerTo(id: number): string {
  return `answer to ${id}`
}

/** The number in a path; -1 if there is none. */
export function idOf(path: string): number {
  return Number(/\/r\/(\d+)/.exec(path)?.[1] ?? -1)
}

/** Resolves after a while; does not keep the process alive. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref())
}

/** Never resolves. */
export function forever(): Promise<void> {
  return new Promise(() => {})
}

/** Every third request meets the next of `faults`, the others the valid behavior. */
export function everyThird<A>(good: Fault<A>, faults: readonly Fault<A>[]): Script<A> {
  return (id) => (id % 3 === 0 && id >= 0 ? faults[(id / 3) % faults.length]! : good)
}

/**
 * Resets a connection at once. Node's `resetAndDestroy` sends an end first, which is another fault. A connection that
 * has already sent its end can only be closed.
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else Object.assign(socket, { resetAndClosing: true }).destroy()
}
