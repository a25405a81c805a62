/**
 * Records the id by which the service knows a request, so that a failure can be found in its logs and traces.
 */
import type { Ms } from '../../../base/clock.js'
import type { Outgoing } from '../../../plan/request.js'
import type { Connection, Exchange } from '../../connection.js'
import type { Failure } from '../../response/failure.js'
import { ConnectionLayer } from './layer.js'

/** The top layer: records the id in a header. */
export class RequestIdConnection extends ConnectionLayer {
  /** The id of the last request: the trace id of a `traceparent`, or the value of any other header. */
  id: string | null = null
  private readonly header: string

  constructor(inner: Connection, header: string) {
    super(inner)
    this.header = header
  }

  send(request: Outgoing, exchange: Exchange): void {
    this.start(exchange)
    this.id = idIn(request.headers, this.header)
    this.inner.send(request, this)
  }

  ended(failure: Failure | null, at: Ms): void {
    this.take()
    this.finish(failure, at)
  }
}

function idIn(headers: readonly string[], header: string): string | null {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name === header)
  if (at === -1) return null
  const value = headers[at + 1]!
  return header === 'traceparent' ? (value.split('-')[1] ?? value) : value
}
