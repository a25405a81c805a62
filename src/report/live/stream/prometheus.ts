/**
 * `--stream prometheus=:9464`: an endpoint for Prometheus to scrape, until all runs of the command have ended.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { codeOf, messageOf, userError } from '../../../base/errors.js'
import type { Watcher } from '../watcher.js'
import { type Address, showAddress } from './address.js'
import { renderExposition } from './exposition.js'
import { type Meter, watchWith } from './readings.js'
import type { Sink, SinkWorld } from './sink.js'
import { Totals } from './totals.js'

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

async function open(address: Address, world: SinkWorld): Promise<Watcher> {
  const totals = new Totals()
  const server = createServer((request, response) => answer(request, response, totals))
  const meter: Meter = {
    take: (readings) => totals.add(readings),
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
  const watcher = watchWith(meter, world.env)
  const bound = await listen(server, address)
  // Scrapes don't keep the process alive, and errors of a connection only concern its scraper.
  server.unref()
  server.on('error', () => {})
  world.notice(`metrics for Prometheus: http://${showAddress(bound)}/metrics`)
  return watcher
}

function answer({ method, url }: IncomingMessage, response: ServerResponse, totals: Totals): void {
  const path = url?.replace(/\?.*/s, '')
  if (path !== '/metrics' && path !== '/') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('metrics are at /metrics\n')
  } else if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
  } else {
    const text = renderExposition(totals.list())
    const headers = { 'content-type': CONTENT_TYPE, 'content-length': Buffer.byteLength(text) }
    response.writeHead(200, headers).end(method === 'HEAD' ? undefined : text)
  }
}

/** Starts listening and returns the address; port 0 becomes a free port. */
async function listen(server: Server, address: Address): Promise<Address> {
  if (address.kind !== 'listen') throw new Error('an endpoint listens')
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address.port, address.host, resolve)
  }).catch((error: unknown) => {
    const taken = codeOf(error) === 'EADDRINUSE'
    throw userError(
      `--stream prometheus=${showAddress(address)}: ${taken ? 'the port is in use' : messageOf(error)}`,
      taken
        ? 'use another port, such as :9465, or :0 for a free one'
        : 'use an address such as prometheus=:9464',
    )
  })
  return { ...address, port: (server.address() as AddressInfo).port }
}

/** The sink of `--stream prometheus`. */
export default { id: 'prometheus', open } satisfies Sink
