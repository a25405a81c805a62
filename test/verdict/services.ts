/**
 * The service of the noise model: its requests, their latencies, and how a change of the code slows them down.
 */
import { Random } from '../../src/base/rng.js'
import { slotOf } from '../../src/stats/slots.js'

/** A slowdown of one request: of its `whole` distribution, its fast part (`p50`), or its `tail`. */
export interface Injection {
  readonly request: string
  readonly factor: number
  readonly part: 'whole' | 'p50' | 'tail'
}

/** A request of the service. */
export interface Kind {
  readonly name: string
  readonly share: number
  /** Share of the requests, median in ms, and the logarithm's standard deviation. */
  readonly modes: readonly (readonly [share: number, medianMs: number, sigma: number])[]
  /** Up to which quantile an injection into the `p50` reaches. */
  readonly bulk: number
}

export const KINDS: readonly Kind[] = [
  {
    name: 'list',
    share: 0.5,
    bulk: 0.85,
    modes: [
      [0.985, 10, 0.25],
      [0.015, 32, 0.25],
    ],
  },
  {
    name: 'detail',
    share: 0.3,
    bulk: 0.7,
    modes: [
      [0.7, 5, 0.2],
      [0.3, 20, 0.2],
    ],
  },
  {
    name: 'post',
    share: 0.2,
    bulk: 0.85,
    modes: [
      [0.985, 25, 0.4],
      [0.015, 120, 0.3],
    ],
  },
]

/** A service of four requests with heavy tails, one of them 5 % of the traffic. */
export const HEAVY: readonly Kind[] = [
  {
    name: 'browse',
    share: 0.5,
    bulk: 0.85,
    modes: [
      [0.96, 12, 0.35],
      [0.04, 70, 0.8],
    ],
  },
  {
    name: 'search',
    share: 0.3,
    bulk: 0.85,
    modes: [
      [0.95, 25, 0.5],
      [0.05, 110, 0.7],
    ],
  },
  {
    name: 'cart',
    share: 0.15,
    bulk: 0.7,
    modes: [
      [0.75, 6, 0.3],
      [0.25, 20, 0.4],
    ],
  },
  {
    name: 'report',
    share: 0.05,
    bulk: 0.85,
    modes: [
      [0.93, 120, 0.6],
      [0.07, 600, 0.7],
    ],
  },
]

/** The logarithms of equally likely latencies, rising, and by how much an injection slows the mean. */
export interface Table {
  readonly logs: Float64Array
  readonly slowness: number
}

const TABLE = 8192
export const TABLE_SCALE = TABLE / 2 ** 32
export const BINS_PER_E = 500
export const LOWEST = Math.log(0.5)
export const BINS = Math.ceil((Math.log(5000) - LOWEST) * BINS_PER_E)
/** Where a histogram counts the latencies of a bin. */
export const BIN_SLOTS = Array.from({ length: BINS }, (_, bin) =>
  slotOf(Math.round(1000 * Math.exp(LOWEST + (bin + 0.5) / BINS_PER_E))),
)
const tables = new Map<string, Table>()

/** The latencies of a request, slowed down or not. */
export function tableOf(kind: Kind, change: Injection | null): Table {
  const key = JSON.stringify([kind.name, change])
  const known = tables.get(key)
  if (known !== undefined) return known
  const random = new Random(7)
  const logs = new Float64Array(TABLE)
  let at = 0
  kind.modes.forEach(([share, medianMs, sigma], index) => {
    const end = index === kind.modes.length - 1 ? TABLE : at + Math.round(share * TABLE)
    while (at < end) {
      const normal = Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float())
      logs[at++] = Math.log(medianMs) + sigma * normal
    }
  })
  logs.sort()
  const [from, to] = change?.part === 'tail' ? [0.965, 1] : change?.part === 'p50' ? [0, kind.bulk] : [0, 1]
  let before = 0
  let after = 0
  for (let i = 0; i < TABLE; i++) {
    before += Math.exp(logs[i]!)
    if (change !== null && i >= from * TABLE && i < to * TABLE) logs[i]! += Math.log(change.factor)
    after += Math.exp(logs[i]!)
  }
  const table = { logs, slowness: Math.log(after / before) }
  tables.set(key, table)
  return table
}
