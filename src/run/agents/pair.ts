/**
 * A channel within one process: for a machine that directs agents, and is one of them.
 */
import { type Channel, lineOf, Receiver } from './channel.js'

/** Returns both ends. When one is closed, both have ended. */
export function openPair(): readonly [Channel, Channel] {
  const receivers = [new Receiver(), new Receiver()] as const
  let isClosed = false
  const sendLine = (to: Receiver, bytes: Uint8Array) => {
    if (isClosed) return
    const line = Buffer.from(bytes).toString().trimEnd()
    queueMicrotask(() => {
      to.notice()
      to.take(line)
    })
  }
  const end = (own: Receiver, other: Receiver): Channel => ({
    isUp: true,
    get heardAt() {
      return own.heardAt
    },
    send: (message) => sendLine(other, lineOf(message)),
    sendLine: (line) => sendLine(other, line),
    onLine: (listener) => own.onLine(listener),
    onEnd: (listener) => own.onEnd(listener),
    async close() {
      isClosed = true
      for (const receiver of receivers) receiver.finish('it was closed')
    },
  })
  return [end(receivers[0], receivers[1]), end(receivers[1], receivers[0])]
}
