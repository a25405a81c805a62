/**
 * Sets up one connection within a time limit, and measures how long each part took.
 */
import { isIP, type Socket } from 'node:net'
import { type Ms, now } from '../../../base/clock.js'
import type { ConnectionEvents } from '../../connection.js'
import { ConnectTimeout, type Dial } from './dial.js'
import { Transport } from './transport.js'

/** A connection that is being set up. */
export interface Connecting {
  /** Cancels it; the callback is not called. */
  cancel(): void
}

/** Called once, with a connected socket or an error. */
export type Connected = (
  ...result: [error: Error, socket: null] | [error: null, socket: Socket | Transport]
) => void

/** How to connect. */
export interface ConnectOptions {
  readonly dial: Dial
  readonly timeoutMs: Ms
  readonly events: ConnectionEvents
}

/** Connects to `origin`. Calls back later, but not after a cancel. */
export function connectTo(
  origin: string,
  { dial, timeoutMs, events }: ConnectOptions,
  callback: Connected,
): Connecting {
  const { protocol, hostname, port } = new URL(origin)
  const host = hostname.replace(/^\[|\]$/g, '')
  const target = { host, port: Number(port) || (protocol === 'https:' ? 443 : 80) }
  const started = now()
  let lookedUp: Ms | null = null
  let connected: Ms | null = null
  let isOver = false
  let raw: Socket | null = null
  const end: Connected = (...result) => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    if (result[0] === null) {
      const ended = now()
      const tcpEnd = connected ?? ended
      const socket = result[1] instanceof Transport ? result[1].socket : result[1]
      events.connected({
        dnsMs: lookedUp === null ? null : lookedUp - started,
        tcpMs: tcpEnd - (lookedUp ?? started),
        tlsMs: 'encrypted' in socket ? ended - tcpEnd : null,
      })
    }
    callback(...result)
  }
  const fail = (error: Error) => {
    end(error, null)
    raw?.destroy()
  }
  const timer = setTimeout(() => fail(new ConnectTimeout(timeoutMs)), timeoutMs)
  const watch = (socket: Socket) => {
    raw = socket
    // Errors after a cancel don't matter.
    socket.on('error', () => {})
    socket.once('close', () => {
      // If sockets are layered, the upper one reports the reason.
      if (socket === raw) fail(new ConnectClosed())
    })
  }
  try {
    const first = dial(target, end, watch)
    watch(first)
    // Also emitted for an IP address, which needs no lookup.
    first.once('lookup', () => {
      if (isIP(host) === 0) lookedUp = now()
    })
    first.once('connect', () => {
      connected = now()
    })
  } catch (error) {
    queueMicrotask(() => fail(error as Error))
  }
  return {
    cancel() {
      isOver = true
      clearTimeout(timer)
      raw?.destroy()
    },
  }
}

/** The peer closed the connection without an error. */
class ConnectClosed extends Error {
  readonly code = 'UND_ERR_SOCKET'

  constructor() {
    super('other side closed')
  }
}
