/**
 * One virtual user that sends requests on demand, over the same connections as the load, so that one sees what
 * the load sends.
 */
import { type Ms, now } from '../../base/clock.js'
import { formatDuration } from '../../base/units.js'
import type { Plan } from '../../plan/plan.js'
import type { Outgoing } from '../../plan/request.js'
import type { Connection } from '../connection.js'
import { timeoutOf } from '../engine/timeout.js'
import { openNetwork } from '../http/connection-factory.js'
import { type Hop, TracingConnection } from '../http/layers/trace.js'
import type { Failure } from '../response/failure.js'
import type { ReceivedResponse } from '../response/response.js'

/** The outcome of one request. */
export interface Attempt {
  /** Null if the response was read to its last byte, whatever its status. */
  readonly failure: Failure | null
  /** 0 without a response. */
  readonly status: number
  readonly answer: ReceivedResponse | null
  /** From the beginning, connecting, redirects and retries included, to the last byte. */
  readonly latencyMs: Ms
  /** The exchanges on the wire: one, or several with redirects and retries. */
  readonly hops: readonly Hop[]
}

/** A virtual user that keeps whole responses. */
export class SingleUser {
  private readonly connection: Connection
  private readonly trace: TracingConnection
  private readonly timeoutMs: Ms

  private constructor(connection: Connection, trace: TracingConnection, timeoutMs: Ms) {
    this.connection = connection
    this.trace = trace
    this.timeoutMs = timeoutMs
  }

  /** Opens a virtual user for the plan. */
  static async open(plan: Plan): Promise<SingleUser> {
    let trace: TracingConnection | undefined
    const connect = await openNetwork(plan, {
      watch: (inner) => {
        trace = new TracingConnection(inner)
        return trace
      },
    })
    const connection = connect({ connected: (times) => trace!.connected(times), unsolicited() {} })
    return new SingleUser(connection, trace!, timeoutOf(plan))
  }

  /** An iteration begins: see {@link Connection.begin}. */
  begin(): void {
    this.connection.begin?.()
  }

  /**
   * Sends a request; failures are in the attempt. Must not be called before the last one has ended. If `giveUp`
   * is aborted, the request is aborted.
   */
  async send(outgoing: Outgoing, giveUp?: AbortSignal): Promise<Attempt> {
    this.trace.clear()
    const begun = now()
    const failure = await this.exchange(outgoing, giveUp)
    const { status } = this.connection
    return {
      failure,
      status,
      answer: this.connection.answer ?? null,
      latencyMs: now() - begun,
      hops: this.trace.hops,
    }
  }

  /** Closes the connection. */
  close(): Promise<void> {
    return this.connection.close()
  }

  private exchange(outgoing: Outgoing, giveUp?: AbortSignal): Promise<Failure | null> {
    return new Promise((resolve) => {
      const end = (failure: Failure | null) => {
        clearTimeout(timer)
        giveUp?.removeEventListener('abort', abort)
        resolve(failure)
      }
      const fail = (message: string) => {
        this.connection.abort()
        end({ kind: 'timeout', message })
      }
      const abort = () => fail('aborted before a response arrived')
      const timer = setTimeout(
        () => fail(`no complete response within ${formatDuration(this.timeoutMs)}`),
        this.timeoutMs,
      )
      giveUp?.addEventListener('abort', abort)
      this.connection.send(outgoing, { ended: end })
      if (giveUp?.aborted) abort()
    })
  }
}
