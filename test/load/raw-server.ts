/**
 * A server that responds with exactly the bytes of a test, valid HTTP or not.
 */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** What to do with a request: text to send, or an action. */
export type Answer = string | Buffer | ((socket: Socket) => void)

export const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

export interface RawServer {
  readonly origin: string
  /** The requests received, head and body. */
  readonly requests: string[]
  /** The number of connections. */
  readonly accepted: () => number
  /** The number of open connections. */
  readonly open: () => number
  close(): Promise<void>
}

/** Responds to the first requests with `answers` in turn, on any connection, and to all others with 200. */
export async function answering(...answers: readonly Answer[]): Promise<RawServer> {
  const requests: string[] = []
  let answered = 0
  const server = await serve((socket) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      while (isWhole(text)) {
        const answer = answers[answered++] ?? OK
        const end = endOf(text)
        requests.push(text.slice(0, end))
        text = text.slice(end)
        if (typeof answer === 'function') answer(socket)
        else socket.write(answer)
      }
    })
  })
  return { ...server, requests }
}

/** Passes each connection to `onConnection`, with its number. */
export async function serve(
  onConnection: (socket: Socket, n: number) => void,
  host = '127.0.0.1',
): Promise<RawServer> {
  const sockets = new Set<Socket>()
  let accepted = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    // The test checks the client's side of the connection.
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    onConnection(socket, accepted++)
  })
  const port = await listen(server, host)
  return {
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    requests: [],
    accepted: () => accepted,
    open: () => sockets.size,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Listens on a free port and returns it. */
export async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return (server.address() as AddressInfo).port
}

function isWhole(text: string): boolean {
  return text.includes('\r\n\r\n') && text.length >= endOf(text)
}

function endOf(text: string): number {
  const head = text.slice(0, text.indexOf('\r\n\r\n') + 4)
  return head.length + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
}
