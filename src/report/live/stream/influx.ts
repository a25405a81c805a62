/**
 * `--stream influx=…`: InfluxDB's line protocol, to its HTTP API (versions 1, 2, 3 and compatible services), a UDP
 * listener, or a file.
 */

import { readReceiverHeaders } from '../../../base/receiver-headers.js'
import type { Watcher } from '../watcher.js'
import { type Address, showAddress } from './address.js'
import { openDatagrams } from './datagrams.js'
import { renderLines } from './line-protocol.js'
import { openOutbox } from './outbox.js'
import { watchWith } from './readings.js'
import { type Sink, type SinkWorld, STREAM_HEADERS } from './sink.js'
import { openTextFile } from './text-file.js'

/** An output for the lines of one second. */
interface LineOutput {
  send(lines: readonly string[]): void
  close(): Promise<void>
}

async function open(address: Address, world: SinkWorld): Promise<Watcher> {
  const output = await openOutput(address, world)
  return watchWith(
    {
      take: (readings, atMs) => output.send(renderLines(readings, atMs)),
      close: () => output.close(),
    },
    world.env,
  )
}

async function openOutput(address: Address, world: SinkWorld): Promise<LineOutput> {
  if (address.kind === 'url') return openHttp(address.url, address, world)
  if (address.kind === 'udp') return openDatagrams(address, '--stream influx', world)
  if (address.kind !== 'file') throw new Error('lines go to a URL, a socket, or a file')
  const file = await openTextFile(address.path, '--stream influx', world)
  return { send: (lines) => file.write(textOf(lines)), close: () => file.close() }
}

function openHttp(url: URL, address: Address, world: SinkWorld): LineOutput {
  const { INFLUX_TOKEN } = world.env
  const outbox = openOutbox({
    url,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    credentials: {
      ...(INFLUX_TOKEN ? { authorization: `Token ${INFLUX_TOKEN}` } : {}),
      ...readReceiverHeaders(url, [STREAM_HEADERS], world.env),
    },
    label: `--stream influx=${showAddress(address)}`,
    notice: world.notice,
  })
  return { send: (lines) => outbox.push(textOf(lines)), close: () => outbox.close() }
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

/** The sink of `--stream influx`. */
export default { id: 'influx', open } satisfies Sink
