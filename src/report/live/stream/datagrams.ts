/**
 * Sends lines as UDP datagrams, as many per datagram as fit. There are no replies, so nothing waits.
 */
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../../base/errors.js'
import { type Address, showAddress } from './address.js'
import type { SinkWorld } from './sink.js'

/** Sends lines without splitting any. */
export interface Datagrams {
  send(lines: readonly string[]): void
  close(): Promise<void>
}

/**
 * Fits an Ethernet frame without fragmentation: 1500 bytes minus the IPv6 and UDP headers and some room for tunnels.
 */
const DATAGRAM_BYTES = 1432
/** With more datagrams in flight than this the system is stuck, and further lines are dropped. */
const WAITING_MAX = 2000
const CLOSE_MS = 500

const NOWHERE: Datagrams = { send() {}, async close() {} }

/** Opens a socket. Errors are reported once, as a notice; UDP reports few. */
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
  // A connected socket reports a host that refuses datagrams.
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
        if (waiting >= WAITING_MAX) return warn('the system sends datagrams too slowly')
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

/** Joins the lines into as few texts as possible, none longer than `bytesMost` unless a single line is. */
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
