/**
 * Sets up one connection, in time, and tells how long each part of that took.
 */
import { isIP, type Socket } from 'node:net'
import { type Ms, now } from '../../../base/clock.js'
import type { ConnectionEvents } from '../../connection.js'
import { ConnectTimeout, type Dial } from './dial.js'
import type { Transport } from './transport.js'

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

/** Connects to `origin`; calls back later, and never after it was given up. */
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
      events.connected({
        dnsMs: lookedUp === null ? null : lookedUp - started,
        tcpMs: tcpEnd - (lookedUp ?? started),
        tlsMs: 'encrypted' in result[1] ? ended - tcpEnd : null,
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
    // After a cancel, its error is of no interest.
    socket.on('error', () => {})
    socket.once('close', () => {
      // Of one below another the upper one says what was wrong.
      if (socket === raw) fail(new ConnectClosed())
    })
  }
  try {
    const first = dial(target, end, watch)
    watch(first)
    // Also emitted for an address that needs no lookup, which then took no time.
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

/** The other side has hung up without a word. */
class ConnectClosed extends Error {
  readonly code = 'UND_ERR_SOCKET'

  constructor() {
    super('other side closed')
  }
}
