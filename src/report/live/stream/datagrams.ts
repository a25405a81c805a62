/**
 * Lines that go out as UDP datagrams, as many in one as fit. Nobody answers, so nothing is waited for.
 */
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../../base/errors.js'
import { type Address, showAddress } from './address.js'
import type { SinkWorld } from './sink.js'

/** Sends lines, each whole. */
export interface Datagrams {
  send(lines: readonly string[]): void
  close(): Promise<void>
}

/** What goes through an Ethernet unbroken: 1500 bytes less the heads of IPv6 and UDP, and some room for tunnels. */
const DATAGRAM_BYTES = 1432
/** Beyond so many datagrams on their way the system takes no more, and what comes is left out. */
const WAITING_MOST = 2000
const CLOSE_MS = 500

const NOWHERE: Datagrams = { send() {}, async close() {} }

/** Opens a socket. What goes wrong with it is told once, as a notice; UDP tells little. */
export async function openDatagrams(address: Address, flag: string, world: SinkWorld): Promise<Datagrams> {
  if (address.kind !== 'udp') throw new Error('datagrams go to a host and a port')
  let isNoticed = false
  const warn = (reason: string) => {
    if (!isNoticed)
      world.notice(`warning: ${flag}=${showAddress(address)}: ${reason}; the load continues without it`)
    isNoticed = true
  }
  const found = await lookup(address.host).catch((error: unknown) => {
    warn(messageOf(error))
    return null
  })
  if (found === null) return NOWHERE
  const socket = createSocket(found.family === 6 ? 'udp6' : 'udp4').unref()
  socket.on('error', (error) => warn(messageOf(error)))
  // Connected, so that a machine that refuses says so.
  const failure = await new Promise<unknown>((resolve) => {
    socket.once('error', resolve)
    socket.connect(address.port, found.address, ((error?: Error) => resolve(error)) as () => void)
  })
  if (failure !== undefined) {
    warn(messageOf(failure))
    socket.close()
    return NOWHERE
  }
  let waiting = 0
  return {
    send(lines) {
      for (const datagram of pack(lines, DATAGRAM_BYTES)) {
        if (waiting >= WAITING_MOST) return warn('the system sends datagrams too slowly')
        waiting++
        socket.send(datagram, (error) => {
          waiting--
          if (error) warn(messageOf(error))
        })
      }
    },
    async close() {
      for (let ms = 0; waiting > 0 && ms < CLOSE_MS; ms += 10) await sleep(10)
      socket.close()
    },
  }
}

/** The lines in as few texts as possible, none longer than `bytesMost` unless one line alone is. */
export function pack(lines: readonly string[], bytesMost: number): string[] {
  const packed: string[] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const line of lines) {
    const added = Buffer.byteLength(line) + 1
    if (bytes + added > bytesMost + 1) {
      packed.push(line)
      bytes = added
    } else {
      packed[packed.length - 1] += `\n${line}`
      bytes += added
    }
  }
  return packed
}
