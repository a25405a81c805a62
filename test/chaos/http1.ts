/**
 * Reads HTTP/1 from a socket, request by request in order, and responds without any checks.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Ask, idOf, type Script } from './ask.js'

/** A connection and what to do with its requests. */
export interface Http1Connection {
  readonly socket: Duplex
  readonly raw: Socket
  readonly script: Script<Ask>
  /** Called with each request before the response. */
  note(id: number): void
}

/** Responds as the script says. */
export function attendHttp1({ socket, raw, script, note }: Http1Connection): void {
  let text = ''
  let isBusy = false
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    if (!isBusy) void answerAll()
  })
  // Half-open connections are left to the faults; normally, close when the peer does.
  socket.on('end', () => socket.end())
  socket.on('error', () => {})

  async function answerAll(): Promise<void> {
    isBusy = true
    for (let end = endOf(text); end !== null && !socket.destroyed; end = endOf(text)) {
      const [, method = '', path = ''] = /^(\S+) (\S+)/.exec(text) ?? []
      text = text.slice(end)
      const id = idOf(path)
      note(id)
      const done = script(id).answer({ id, method, path, socket, raw })
      if (done !== undefined) await done
    }
    isBusy = false
  }
}

/** Where the first request ends; null if it is incomplete. */
function endOf(text: string): number | null {
  const head = text.indexOf('\r\n\r\n')
  if (head === -1) return null
  const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0)
  return text.length < head + 4 + length ? null : head + 4 + length
}
