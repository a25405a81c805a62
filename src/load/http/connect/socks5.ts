/**
 * SOCKS 5 (RFC 1928), with user name and password if the proxy requires them (RFC 1929).
 *
 * Not the package `socks`: it keeps each client and its buffer for 30 seconds in a timer that it never clears, which adds
 * up at thousands of connections per second. It also reports reasons only in its messages, and hands bytes that arrive
 * with the proxy's reply to `data` listeners, where HTTP/2 does not see them.
 */
import { lookup } from 'node:dns/promises'
import { isIP, type Socket } from 'node:net'
import type { ProxyServer } from '../../../scenario/model/http-types.js'
import { TunnelError } from './tunnel-error.js'

const VERSION = 5
const NO_LOGIN = 0
const WITH_PASSWORD = 2
const CONNECT = 1
const IPV4 = 1
const NAME = 3
const IPV6 = 4

/** The meaning of the proxy's reply codes (RFC 1928, section 6). */
const REFUSALS = [
  'general failure',
  'its rules do not allow it',
  'the network is unreachable',
  'the host is unreachable',
  'connection refused',
  'the connection timed out',
  'it does not support the command',
  'it does not support the kind of address',
]

/**
 * Asks the proxy at the other end of `socket` to connect to `host` and `port`. Afterwards, the socket is that
 * connection. Throws a TunnelError if the proxy refuses, or the error of the name lookup.
 */
export async function askSocks(
  socket: Socket,
  { socks }: ProxyServer,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  const { login, resolves } = socks!
  const address = resolves || isIP(host) !== 0 ? host : (await lookup(host)).address
  socket.write(Buffer.from([VERSION, 1, login === null ? NO_LOGIN : WITH_PASSWORD]))
  const [version, method] = await read(socket, 2)
  if (version !== VERSION) throw new TunnelError('the proxy does not speak SOCKS 5')
  if (method === WITH_PASSWORD && login !== null) await logIn(socket, login)
  else if (method !== NO_LOGIN)
    throw new TunnelError(
      login === null ? 'the proxy requires a user and password' : 'the proxy accepts no user and password',
    )
  const portBytes = Buffer.from([port >> 8, port & 0xff])
  socket.write(Buffer.concat([Buffer.from([VERSION, CONNECT, 0]), addressBytes(address), portBytes]))
  const [, reply, , kind, first] = await read(socket, 5)
  if (reply !== 0) {
    const reason = REFUSALS[reply! - 1] ?? `code ${reply}`
    throw new TunnelError(`the proxy can't connect to ${host}:${port}: ${reason}`)
  }
  // The address and port that the proxy connects from must be read, but are not used.
  await read(socket, (kind === IPV4 ? 4 : kind === IPV6 ? 16 : first! + 1) - 1 + 2)
}

async function logIn(socket: Socket, login: readonly [user: string, password: string]): Promise<void> {
  const parts = login.map((text) => Buffer.from(text))
  socket.write(
    Buffer.concat([Buffer.from([1]), ...parts.flatMap((part) => [Buffer.from([part.length]), part])]),
  )
  const [, status] = await read(socket, 2)
  if (status !== 0) throw new TunnelError('the proxy rejected the user and password')
}

function addressBytes(host: string): Buffer {
  const family = isIP(host)
  if (family === 4) return Buffer.from([IPV4, ...host.split('.').map(Number)])
  if (family === 6) return Buffer.from([IPV6, ...wordsOf(host).flatMap((word) => [word >> 8, word & 0xff])])
  const name = Buffer.from(host)
  return Buffer.concat([Buffer.from([NAME, name.length]), name])
}

/** The eight words of an IPv6 address. */
function wordsOf(address: string): number[] {
  // The URL parser also turns an embedded IPv4 address into hexadecimal.
  const [left = '', right] = new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1).split('::')
  const parse = (text = '') => (text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16)))
  const [before, after] = [parse(left), parse(right)]
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after]
}

/** Reads exactly `count` bytes; later ones stay in the socket for the next reader. */
function read(socket: Socket, count: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const take = () => {
      const bytes: Buffer | null = socket.read(count)
      if (bytes === null) return
      forget()
      if (bytes.length === count) resolve(bytes)
      else reject(new TunnelError('the proxy closed the connection'))
    }
    const ended = () => fail(new TunnelError('the proxy closed the connection'))
    const fail = (error: Error) => {
      forget()
      reject(error)
    }
    const forget = () => {
      socket.off('readable', take).off('end', ended).off('close', ended).off('error', fail)
    }
    socket.on('readable', take).on('end', ended).on('close', ended).on('error', fail)
    take()
  })
}
