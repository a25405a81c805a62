/**
 * HTTP exchanges of one virtual user, one after the other. What the HTTP/1.1 or HTTP/2 client measures is kept
 * until the next exchange begins.
 */
import type { Ms } from '../../base/clock.js'
import type { Payload } from '../../plan/payload.js'
import type { Keep, Outgoing } from '../../plan/request.js'
import { type Connection, type Exchange, ExchangeFigures } from '../connection.js'
import { type Failure, failureOf } from '../response/failure.js'
import { ReceivedResponse, type ResponseHead } from '../response/response.js'
import { Completion, type Completions } from './completion.js'
import type { Call, OriginClient } from './origin-client.js'
import type { Origins } from './origins.js'

/** What the exchanges need. */
export interface HttpConnectionOptions {
  /** The origin of requests that don't name one. */
  readonly origin: string
  readonly origins: Origins
  readonly completions: Completions
}

/** The exchanges of one virtual user. */
export class HttpConnection extends ExchangeFigures implements Connection, Call {
  // The call, as seen by the client of its origin.
  series = 0
  method = ''
  text: string | Buffer | null = null
  body: Payload | null = null
  request: Outgoing | null = null
  isAnswering = false
  private keep: Keep | undefined = undefined
  private bodyBytesMost: number | undefined = undefined
  private readonly origin: string
  private readonly origins: Origins
  private readonly completion: Completion
  private client: OriginClient | null = null

  constructor({ origin, origins, completions }: HttpConnectionOptions) {
    super()
    this.origin = origin
    this.origins = origins
    this.completion = new Completion(completions)
  }

  send(request: Outgoing, exchange: Exchange): void {
    this.completion.begin(exchange)
    this.reset()
    this.isAnswering = false
    this.keep = request.keep
    this.bodyBytesMost = request.bodyBytesMost
    this.series = request.index
    this.method = request.method
    try {
      this.client = this.origins.get(request.origin ?? this.origin)
    } catch (error) {
      this.end(failureOf(error))
      return
    }
    this.client.send(this, request)
  }

  abort(): void {
    const isUnderWay = this.completion.isOpen
    this.completion.cancel()
    if (isUnderWay) this.client!.cancel(this)
  }

  async close(): Promise<void> {
    this.completion.cancel()
    this.origins.destroy()
  }

  // Events of the call.

  onWritten(at: Ms): void {
    if (this.sentAt === 0) this.sentAt = at
  }

  onHead(status: number, head: { readonly responseHead: ResponseHead }, at: Ms): boolean {
    this.status = status
    this.firstByteAt = at
    if (this.keep === undefined) return false
    this.answer = new ReceivedResponse(head.responseHead, this.keep, this.bodyBytesMost)
    return true
  }

  onChunk(chunk: Buffer): void {
    if (this.answer !== null) this.answer.add(chunk)
  }

  onReconnect(): void {
    this.detour().reconnects++
  }

  addBytes(sent: number, received: number): void {
    this.bytesSent += sent
    this.bytesReceived += received
  }

  end(failure: Failure | null, at?: Ms): void {
    this.completion.end(failure, at)
  }
}
