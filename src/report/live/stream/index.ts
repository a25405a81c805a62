/**
 * The metric sinks. To add one, write a file with a default export and add a line here.
 */
import { userError } from '../../../base/errors.js'
import { didYouMean } from '../../../base/suggest.js'
import type { Watcher } from '../watcher.js'
import { type Address, readFile, readInfluxUrl, readListen, readUdp, readUrl } from './address.js'
import type { Sink, SinkWorld } from './sink.js'

interface SinkRow {
  /** Loaded on demand, so that a run pays only for the sinks it uses. */
  readonly load: () => Promise<{ readonly default: Sink }>
  /** Parsers for its address; the first that succeeds wins. */
  readonly forms: readonly ((text: string) => Address | null)[]
  readonly example: string
  /** The default address. */
  readonly preset?: string
}

const SINKS = {
  prometheus: {
    load: () => import('./prometheus.js'),
    forms: [readListen],
    example: ':9464',
    preset: ':9464',
  },
  'remote-write': {
    load: () => import('./remote-write.js'),
    forms: [readUrl],
    example: 'http://localhost:9090/api/v1/write',
  },
  otlp: {
    load: () => import('./otlp.js'),
    forms: [readUrl],
    example: 'http://localhost:4318',
    preset: 'http://localhost:4318',
  },
  influx: {
    load: () => import('./influx.js'),
    forms: [readInfluxUrl, readUdpUrl, readFile],
    example: 'http://localhost:8086/mydb, with the database',
  },
  statsd: {
    load: () => import('./statsd.js'),
    forms: [readUdp],
    example: 'localhost:8125',
    preset: 'localhost:8125',
  },
  dogstatsd: {
    load: () => import('./dogstatsd.js'),
    forms: [readUdp],
    example: 'localhost:8125',
    preset: 'localhost:8125',
  },
  ndjson: { load: () => import('./ndjson.js'), forms: [readFile], example: 'metrics.ndjson', preset: '-' },
} satisfies Record<string, SinkRow>

type SinkId = keyof typeof SINKS

/** All sink names, as `--stream` takes them. */
export const SINK_IDS = Object.keys(SINKS) as readonly SinkId[]

/** A parsed `--stream`. */
export interface StreamRequest {
  readonly sink: SinkId
  readonly address: Address
}

/** Parses `sink=address`. Throws a UserError for an unknown sink or an invalid address. */
export function parseStreamFlag(flag: string): StreamRequest {
  const equals = flag.indexOf('=')
  const id = equals < 0 ? flag : flag.slice(0, equals)
  const sink = SINK_IDS.find((known) => known === id)
  if (sink === undefined) {
    const known = `use one of ${SINK_IDS.join(', ')}, such as --stream prometheus=:9464`
    throw userError(`--stream: unknown sink "${conceal(id)}"`, didYouMean(id, SINK_IDS) ?? known)
  }
  const { forms, example, preset }: SinkRow = SINKS[sink]
  const text = equals < 0 ? preset : flag.slice(equals + 1)
  const hint = `write --stream ${sink}=${example}`
  if (text === undefined) throw userError(`--stream ${sink}: an address is missing`, hint)
  for (const read of forms) {
    const address = read(text)
    if (address !== null) return { sink, address }
  }
  throw userError(`--stream ${sink}=${conceal(text)}: not a valid address`, hint)
}

/** Returns whether the sink writes to stdout, which must then be free of other output. */
export function printsStream(flag: string): boolean {
  const { address } = parseStreamFlag(flag)
  return address.kind === 'file' && address.path === '-'
}

/** Opens the sink. Throws a UserError if that fails. */
export async function openSink({ sink, address }: StreamRequest, world: SinkWorld): Promise<Watcher> {
  const { default: found } = await SINKS[sink].load()
  return found.open(address, world)
}

function readUdpUrl(text: string): Address | null {
  return text.startsWith('udp://') ? readUdp(text) : null
}

/** Removes credentials and the query, which may hold a secret. */
function conceal(text: string): string {
  return text.replace(/^([a-z]*:?\/\/)?[^/?#]*@/i, '$1').replace(/[?#].*/s, '')
}
