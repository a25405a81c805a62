import { beforeEach, describe, expect, test, vi } from 'vitest'
import { UserError } from '../../../src/base/errors.js'
import { readVersion } from '../../../src/base/host.js'
import type { Channel } from '../../../src/run/agents/channel.js'
import { type ClaimOptions, claimAgents, listAgents } from '../../../src/run/agents/cluster.js'
import { joinCluster } from '../../../src/run/agents/member.js'
import { SigningKey } from '../../../src/run/agents/signature.js'
import { stopTime } from '../../fake-time.js'
import { MemoryBroker } from './memory-broker.js'

beforeEach(stopTime)

const place = (broker: MemoryBroker, secret = 'secret', cluster = 'ci') => ({
  broker: broker.connect(),
  cluster,
  key: new SigningKey(secret),
})

/** An agent that greets whoever claims it, and serves until the connection ends. */
function join(
  broker: MemoryBroker,
  name: string,
  { secret, once = false, hasPart = true }: { secret?: string; once?: boolean; hasPart?: boolean } = {},
) {
  const quit = new AbortController()
  const seen = { served: 0, strangers: 0, hasLeft: false }
  joinCluster({
    ...place(broker, secret),
    name,
    once,
    signal: quit.signal,
    onStranger: () => seen.strangers++,
    async serve(channel) {
      seen.served++
      channel.send({ hello: name })
      await new Promise<string>((resolve) => channel.onEnd(resolve))
      await channel.close()
      return hasPart
    },
  }).then(() => {
    seen.hasLeft = true
  })
  return { quit, seen }
}

const optionsFor = (broker: MemoryBroker, changes: Partial<ClaimOptions> = {}): ClaimOptions => ({
  ...place(broker),
  count: 2,
  perfctl: readVersion(),
  waitMs: 5000,
  ...changes,
})

/** The result of a promise, while time passes. */
async function passing<T>(ms: number, promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  await vi.advanceTimersByTimeAsync(ms)
  return promise
}

async function messageOf(ms: number, promise: Promise<unknown>): Promise<string> {
  const error = await passing(ms, promise).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UserError)
  const { kind, problems } = error as UserError
  expect(kind).toBe('run')
  return `${problems[0]!.message}; ${problems[0]!.hint}`
}

async function greetings(channels: readonly Channel[]): Promise<string[]> {
  const lines: string[] = []
  for (const channel of channels) channel.onLine((line) => lines.push(JSON.parse(line).hello))
  await vi.advanceTimersByTimeAsync(100)
  return lines
}

describe('a cluster', () => {
  test('lists its agents by name, with clocks and those that are busy', async () => {
    const broker = new MemoryBroker()
    for (const name of ['two', 'one', 'three']) join(broker, name)
    await passing(2000, claimAgents(optionsFor(broker, { count: 1 })))
    const { agents, strangers } = await passing(3000, listAgents(place(broker), 1500))
    expect(agents.map(({ name, isBusy, aheadMs }) => [name, isBusy, Math.abs(aheadMs!) < 50])).toEqual([
      ['one', true, true],
      ['three', false, true],
      ['two', false, true],
    ])
    expect(strangers).toBe(0)
    expect((await passing(3000, listAgents(place(broker, 'secret', 'other'), 1500))).agents).toEqual([])
  })

  test('gives a run the agents it wants, and takes them back when it is over', async () => {
    const broker = new MemoryBroker()
    const agents = ['two', 'one', 'three'].map((name) => join(broker, name))
    for (let run = 1; run <= 3; run++) {
      const channels = await passing(2000, claimAgents(optionsFor(broker)))
      expect((await greetings(channels)).sort()).toEqual(['one', 'three'])
      await passing(1000, Promise.all(channels.map((channel) => channel.close())))
    }
    expect(agents.map(({ seen }) => seen.served)).toEqual([0, 3, 3])
  })

  test('waits for agents that come late, and says who is there', async () => {
    const broker = new MemoryBroker()
    join(broker, 'early')
    const waits: string[][] = []
    const claiming = claimAgents(
      optionsFor(broker, { onWait: (free) => waits.push(free.map(({ name }) => name)) }),
    )
    await vi.advanceTimersByTimeAsync(3000)
    join(broker, 'late')
    expect(await greetings(await passing(2000, claiming))).toEqual(['early', 'late'])
    expect(waits).toEqual([['early']])
  })

  test('names those it has if they are too few', async () => {
    const broker = new MemoryBroker()
    join(broker, 'one')
    join(broker, 'stranger', { secret: 'other' })
    expect(await messageOf(6000, claimAgents(optionsFor(broker)))).toBe(
      '1 of 2 agents free in cluster ci after 5s; free: one; with another PERFCTL_CLUSTER_KEY: 1; give all the same PERFCTL_CLUSTER_KEY',
    )
    await passing(2000, claimAgents(optionsFor(broker, { count: 1 })))
    expect(await messageOf(6000, claimAgents(optionsFor(broker)))).toContain('busy with another run: one')
    const other = claimAgents(optionsFor(broker, { perfctl: '9.9.9' }))
    expect(await messageOf(6000, other)).toContain(`not perfctl 9.9.9: one (${readVersion()})`)
  })

  test('leaves an agent alone that has another key', async () => {
    const broker = new MemoryBroker()
    const { seen } = join(broker, 'one', { secret: 'other' })
    await messageOf(6000, claimAgents(optionsFor(broker, { count: 1 })))
    expect(seen).toMatchObject({ served: 0 })
    expect(seen.strangers).toBeGreaterThan(0)
  })

  test('does not let a claim be repeated', async () => {
    const broker = new MemoryBroker()
    const { seen } = join(broker, 'one')
    const [channel] = await passing(2000, claimAgents(optionsFor(broker, { count: 1 })))
    await passing(1000, channel!.close())
    expect(seen.served).toBe(1)
    for (const { subject, bytes } of [...broker.published]) broker.inject(subject, bytes)
    await vi.advanceTimersByTimeAsync(2000)
    expect(seen.served).toBe(1)
  })

  test.each([1, 2, 3, 4])('never leaves two runs with half of what they want, take %i', async () => {
    const broker = new MemoryBroker()
    for (const name of ['one', 'two', 'three']) join(broker, name)
    const runs = [1, 2].map(() => claimAgents(optionsFor(broker, { waitMs: 20_000 })))
    const ended = runs.map((run) =>
      run.then(async (channels) => {
        await new Promise((resolve) => setTimeout(resolve, 1000))
        await Promise.all(channels.map((channel) => channel.close()))
        return channels.length
      }),
    )
    expect(await passing(20_000, Promise.all(ended))).toEqual([2, 2])
  })

  test('loses an agent that is to serve once after a run, not after a claim that was given back', async () => {
    const broker = new MemoryBroker()
    const agents = [join(broker, 'one', { once: true }), join(broker, 'two', { once: true, hasPart: false })]
    const channels = await passing(2000, claimAgents(optionsFor(broker)))
    await passing(1000, Promise.all(channels.map((channel) => channel.close())))
    expect(agents.map(({ seen }) => seen.hasLeft)).toEqual([true, false])
    agents[1]!.quit.abort()
    await vi.advanceTimersByTimeAsync(100)
    expect(agents[1]!.seen.hasLeft).toBe(true)
    expect(broker.subscriptions).toBe(0)
  })

  test('can be given up by the user', async () => {
    const broker = new MemoryBroker()
    const signal = AbortSignal.timeout(1000)
    vi.useRealTimers()
    const error = await claimAgents(optionsFor(broker, { signal })).catch((thrown: Error) => thrown)
    expect((error as Error).message).toBe('interrupted before the agents were ready')
    expect(broker.subscriptions).toBe(0)
  })
})
