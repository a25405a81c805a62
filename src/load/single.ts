/**
 * One virtual user who sends a request when asked to, one after the other: with the connection of the load, so that
 * what is seen is what the load sends.
 */
import { type Ms, now } from '../base/clock.js'
import { formatDuration } from '../base/units.js'
import type { Plan } from '../plan/plan.js'
import type { Outgoing } from '../plan/request.js'
import type { Answer } from './answer.js'
import type { ConnectTimes } from './connection.js'
import { HttpConnection } from './http.js'
import type { Failure } from './outcome.js'

/** What came of one request. */
export interface Attempt {
  /** Null when the answer was read to its last byte, whatever its status. */
  readonly failure: Failure | null
  /** 0 when no answer came. */
  readonly status: number
  readonly answer: Answer | null
  /** How long setting up a connection took; null when there was one already. */
  readonly connect: ConnectTimes | null
  /** From when the request was written to the head of the answer; null when none came. */
  readonly firstByteMs: Ms | null
  /** From the beginning, connecting included, to the last byte. */
  readonly latencyMs: Ms
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** A user who keeps the whole answer. */
export class SingleUser {
  private readonly connection: HttpConnection
  private readonly timeoutMs: Ms
  private connect: ConnectTimes | null = null

  constructor({ target, http }: Pick<Plan, 'target' | 'http'>) {
    this.timeoutMs = http.timeoutMs
    this.connection = new HttpConnection({
      origin: new URL(target).origin,
      http,
      onConnect: (times) => {
        this.connect = times
      },
    })
  }

  /** Sends a request; whatever goes wrong is in the attempt. Not before the last one has ended. */
  async send(outgoing: Outgoing): Promise<Attempt> {
    this.connect = null
    const begun = now()
    const failure = await this.exchange({ ...pick(outgoing), keep: 'body' })
    const ended = now()
    const { status, answer, sentAt, firstByteAt, bytesSent, bytesReceived } = this.connection
    return {
      failure,
      status,
      answer,
      connect: this.connect,
      firstByteMs: firstByteAt === 0 ? null : firstByteAt - sentAt,
      latencyMs: ended - begun,
      bytesSent,
      bytesReceived,
    }
  }

  /** Closes the connection. */
  close(): Promise<void> {
    return this.connection.close()
  }

  private exchange(outgoing: Outgoing): Promise<Failure | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.connection.abort()
        resolve({ kind: 'timeout', message: `no complete answer within ${formatDuration(this.timeoutMs)}` })
      }, this.timeoutMs)
      this.connection.send(outgoing, {
        ended(failure) {
          clearTimeout(timer)
          resolve(failure)
        },
      })
    })
  }
}

/** A prepared request is an object of a class, which keeps more than what is sent. */
function pick({ index, method, origin, path, headers, body }: Outgoing): Outgoing {
  return { index, method, origin, path, headers, body }
}
