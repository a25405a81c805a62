/**
 * The plan is the same for any number of threads and machines: what is sent, by which user, and with which rows.
 */
import { describe, expect, test } from 'vitest'
import type { Load } from '../../src/scenario/model/load-types.js'
import { closedLoad, openLoad, type Simulated, simulate } from './simulate.js'

const rows = (count: number) => `[${Array.from({ length: count }, (_, i) => `r${i}`).join(', ')}]`

/** Each request has the number of its iteration, its row and its random values. */
const shown = (picking: string) => `
data: { row: { values: ${picking} } }
requests: [{ get: "/{{ iteration() }}/{{ row }}/{{ randomInt(1, 1000000) }}" }]
`

const UNIQUE = (count: number) => `${rows(count)}, pick: unique`

/** Responses take longer for some threads than for others. None comes at the end of the warm-up. */
const service = ({ worker, at }: { worker: number; at: number }) => ({
  afterMs: (at > -100 && at < 0 ? -at : 0) + 5 + 9 * worker + (Math.floor(Math.abs(at)) % 7),
})

const ways: readonly (readonly [name: string, machines: readonly number[]])[] = [
  ['two workers', [2]],
  ['three workers', [3]],
  ['four workers', [4]],
  ['two machines', [1, 1]],
  ['machines of 1, 2 and 3 workers', [1, 2, 3]],
]

async function send(load: Load, scenario: string, machines: readonly number[]): Promise<Simulated[]> {
  const sent = []
  for (const [index, workers] of machines.entries()) {
    const shard = { index, of: machines.length }
    sent.push(await simulate({ load, scenario, workers, shard, service }))
  }
  return sent
}

const pathsOf = (sent: readonly Simulated[], isWanted = (at: number) => at >= 0) =>
  sent.flatMap(({ arrived }) => arrived.flatMap(({ at, path }) => (isWanted(at) ? [path] : []))).sort()

const errorsOf = (sent: readonly Simulated[]) =>
  sent.flatMap(({ ends }) => ends.flatMap(({ error }) => error ?? []))

const numbersOf = (paths: readonly string[]) =>
  paths.map((path) => Number(path.split('/')[1])).sort((a, b) => a - b)

const TEN_MINUTES = 600_000
const upTo = (count: number) => [...Array(count).keys()]

const loads: readonly (readonly [name: string, load: Load, count: number])[] = [
  ['iterations of each user', closedLoad({ stages: steady(5), iterationsPerVu: 3 }), 15],
  ['… after a warm-up', closedLoad({ stages: steady(7), iterationsPerVu: 4, warmupMs: 500 }), 28],
  ['iterations of all users', closedLoad({ stages: steady(6), iterations: 101 }), 101],
  ['iterations of users who come', closedLoad({ start: 0, stages: ramp(8), iterations: 60 }), 60],
  ['arrivals', openLoad({ stages: [{ durationMs: 2000, target: 50 }] }), 100],
  ['iterations of arrivals', openLoad({ stages: steady(40), iterations: 70 }), 70],
]

function steady(target: number) {
  return [{ durationMs: TEN_MINUTES, target }]
}

function ramp(target: number) {
  return [
    { durationMs: 5000, target },
    { durationMs: TEN_MINUTES, target },
  ]
}

describe.each(loads)('%s', (_, load, count) => {
  describe.each([
    ['rows that are used once', UNIQUE(count + 1000)],
    ['rows in order', `${rows(7)}, pick: sequential`],
    ['rows at random', rows(7)],
  ])('with %s', (_, picking) => {
    test.each(ways)('are the same with %s', async (_, machines) => {
      const alone = await send(load, shown(picking), [1])
      const shared = await send(load, shown(picking), machines)
      expect(numbersOf(pathsOf(alone))).toEqual(upTo(count))
      expect(pathsOf(shared)).toEqual(pathsOf(alone))
      expect(errorsOf(shared)).toEqual([])
    })
  })
})

describe('as many rows as iterations', () => {
  test.each(ways)('are enough for users with a number of iterations, with %s', async (_, machines) => {
    const load = closedLoad({ stages: steady(6), iterationsPerVu: 3 })
    const sent = await send(load, shown(UNIQUE(18)), machines)
    expect(errorsOf(sent)).toEqual([])
    expect(pathsOf(sent).map((path) => path.split('/')[2])).toHaveLength(18)
  })
})

describe('a closed load without a number of iterations', () => {
  const load = closedLoad({ start: 1, stages: [{ durationMs: 20_000, target: 5 }], warmupMs: 300 })

  test.each([1, 2, 3, 4])('takes each row before they run out, with %d workers', async (workers) => {
    const sent = await send(load, shown(UNIQUE(400)), [workers])
    const seen = sent[0]!.arrived.map(({ path }) => path.split('/')[2]!)
    expect(new Set(seen).size).toBe(400)
    expect(seen).toHaveLength(400)
    expect(errorsOf(sent)[0]).toContain('ran out')
  })

  test.each([1, 2, 3, 4])(
    'skips no number, during or after the warm-up, with %d workers',
    async (workers) => {
      const sent = await send(load, shown(rows(3)), [workers])
      for (const part of [(at: number) => at < 0, (at: number) => at >= 0]) {
        const numbers = numbersOf(pathsOf(sent, part))
        expect(numbers.length).toBeGreaterThan(20)
        expect(numbers).toEqual(upTo(numbers.length))
      }
    },
  )
})

describe("each user's requests", () => {
  const LOGIN = (count: number) => `
data: { account: { values: ${UNIQUE(count)} } }
beforeEach: [{ get: "/login/{{ vu() }}/{{ account }}" }]
requests: [{ get: "/{{ iteration() }}/{{ vu() }}/{{ account }}/{{ randomInt(1, 1000000) }}" }]
`

  test.each(ways)('with a number of iterations each is the same with %s', async (_, machines) => {
    const load = closedLoad({ stages: steady(6), iterationsPerVu: 3 })
    const alone = await send(load, LOGIN(6), [1])
    const shared = await send(load, LOGIN(6), machines)
    expect(alone[0]!.arrived).toHaveLength(6 + 18)
    expect(pathsOf(shared)).toEqual(pathsOf(alone))
    expect(errorsOf(shared)).toEqual([])
  })

  test.each([1, 2, 3, 4])('in an open load have no gaps between users, with %d workers', async (workers) => {
    const load = openLoad({ stages: [{ durationMs: 2000, target: 200 }], maxVus: 40 })
    const sent = await simulate({ load, scenario: LOGIN(40), workers, service })
    const users = sent.arrived.flatMap(({ path }) =>
      path.startsWith('/login/') ? [Number(path.split('/')[2])] : [],
    )
    expect(users.length).toBeGreaterThan(2)
    expect([...users].sort((a, b) => a - b)).toEqual(users.map((_, i) => i + 1))
  })
})

test('a worker whose users come later ends when the others have sent everything', async () => {
  const load = closedLoad({ start: 0, stages: [{ durationMs: TEN_MINUTES, target: 2 }], iterations: 10 })
  const { ends, arrived } = await simulate({ load, workers: 2, service })
  expect(arrived).toHaveLength(10)
  for (const { stoppedMs } of ends) expect(stoppedMs).toBeLessThan(2000)
})
