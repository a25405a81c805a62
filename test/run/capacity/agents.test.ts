import { beforeEach, describe, expect, test } from 'vitest'
import { Slots } from '../../../src/demo/slots.js'
import type { Channel } from '../../../src/run/agents/channel.js'
import type { GroupOptions } from '../../../src/run/agents/group.js'
import { openPair } from '../../../src/run/agents/pair.js'
import { SigningKey } from '../../../src/run/agents/signature.js'
import { openStream } from '../../../src/run/agents/stream.js'
import { LiveRig } from '../../../src/run/capacity/rig.js'
import { Trials } from '../../../src/run/capacity/trials.js'
import type { Threshold } from '../../../src/scenario/model/scenario.js'
import { CapacitySearch } from '../../../src/verdict/capacity/search.js'
import { stopTime } from '../../fake-time.js'
import { MemoryBroker } from '../agents/memory-broker.js'
import { gather, PLAN, passing, VirtualAgent } from './virtual-agents.js'

beforeEach(stopTime)

const P95: Threshold = {
  expression: 'p95 < 100ms',
  request: null,
  metric: 'p95',
  operator: '<',
  limit: 100,
  abort: null,
  line: 1,
}

const KEY = new SigningKey('secret')

/** Both ends of a channel: within the process, or by way of a broker. */
function openEnds(broker: MemoryBroker | null, name: string): readonly [Channel, Channel] {
  if (broker === null) return openPair()
  const open = (out: string, into: string) =>
    openStream({ broker: broker.connect(), out: `${name}.${out}`, in: `${name}.${into}`, key: KEY })
  return [open('down', 'up'), open('up', 'down')]
}

async function startSearch(
  capacity: number,
  { broker = null, ...changes }: Partial<GroupOptions> & { broker?: MemoryBroker | null } = {},
) {
  const service = new Slots(capacity)
  const ends = ['one', 'two'].map((name) => ({ name, pair: openEnds(broker, name) }))
  const agents = ends.map(({ name, pair }) => new VirtualAgent(pair[1], service, name))
  const group = await gather(
    ends.map(({ pair }) => pair[0]),
    changes,
  )
  const [stop, kill] = [new AbortController(), new AbortController()]
  const rig = new LiveRig(PLAN, {
    source: { ...group, leadMs: 300, agentFrames: (second) => group.frames(second) },
    signal: stop.signal,
    kill: kill.signal,
    watch: null,
  })
  const rules = { isOpen: true, slo: [P95], settleMs: 1000, from: 20, beginsAtFrom: false, warmupMs: 0 }
  const trials = new Trials(rig, { ...rules, untilMs: Number.POSITIVE_INFINITY })
  expect(await passing(rig.begun)).toBe(true)
  expect(await passing(trials.look())).toBe(true)
  const [one, two] = agents as [VirtualAgent, VirtualAgent]
  return {
    ...{ one, two, group, rig, trials, stop, kill },
    /** Calls `action` so many seconds after the measured part of the trial that is run next has begun. */
    inTrial(seconds: number, action: () => void): void {
      const elapsedMs = rig.elapsedMs()
      // Before that, its load is told and settles.
      const first = Math.ceil((elapsedMs + rig.leadMs + rules.settleMs) / 1000)
      setTimeout(action, (first + seconds) * 1000 - elapsedMs)
    },
    /** Ends the load, and returns how it ended. */
    async end() {
      rig.stop()
      const end = await passing(rig.ended)
      const marks = group.marks()
      await passing(group.close())
      for (const agent of agents) agent.die()
      return { end, lost: marks.map(({ lost }) => lost !== null) }
    },
  }
}

describe('a search on two agents', () => {
  test('finds what is carried; each sends half of it', async () => {
    const { one, two, trials, rig, end } = await startSearch(200)
    const search = new CapacitySearch({
      from: 20,
      max: null,
      width: 0.05,
      trialSeconds: 5,
      settleSeconds: 1,
      sumSeconds: 30,
      exceed: 0.2,
      budgetSeconds: 300,
      isWhole: false,
    })
    for (let probe = search.next(); probe !== null; probe = search.next()) {
      const trial = (await passing(trials.run(probe.load, probe.seconds)))!
      search.record({ ...trial, isMet: trial.missed.length === 0 })
    }
    const { lower, upper, end: why } = search.answer()
    expect(why).toBe('decided')
    expect(lower! / 200).toBeGreaterThan(0.9)
    expect(lower! / 200).toBeLessThan(1.05)
    expect(upper! / 200).toBeLessThan(1.1)
    expect(Math.abs(one.arrived - two.arrived)).toBeLessThanOrEqual(1)
    expect(rig.elapsedMs()).toBeLessThan(300_000)
    expect(await end()).toEqual({
      end: { stoppedMs: expect.any(Number), failure: null },
      lost: [false, false],
    })
  }, 60_000)

  test('measures each request of a trial once, also if one of them reports late', async () => {
    const { one, two, trials, end } = await startSearch(200)
    two.delayMs = 3000
    for (const load of [100, 150]) {
      const trial = (await passing(trials.run(load, 4)))!
      expect(trial.missed).toEqual([])
      expect(trial.meter.collector.total(4).requests).toBe(4 * load)
    }
    const overload = (await passing(trials.run(400, 10)))!
    expect(overload.missed.length).toBeGreaterThan(0)
    expect(overload.isUnrecovered).toBe(false)
    expect(one.orders.filter(({ type }) => type === 'level')).toEqual(
      two.orders.filter(({ type }) => type === 'level'),
    )
    two.delayMs = 0
    expect((await end()).end.failure).toBeNull()
  }, 60_000)
})

test('a trial that misses while one of the agents is the bottleneck says nothing', async () => {
  const { two, trials, end } = await startSearch(200)
  expect((await passing(trials.run(300, 5)))!).toMatchObject({ isUnsure: false })
  two.busy = 0.99
  const trial = (await passing(trials.run(300, 5)))!
  expect(trial.missed.length).toBeGreaterThan(0)
  expect(trial.isUnsure).toBe(true)
  await end()
}, 60_000)

describe('a trial in which an agent is lost', () => {
  test.each([0.5, 4.8])(
    'after %d s of 5 does not count, and ends the search',
    async (seconds) => {
      const { two, trials, inTrial, end } = await startSearch(200)
      inTrial(seconds, () => two.die())
      expect(await passing(trials.run(150, 5))).toBeNull()
      const { end: how, lost } = await end()
      expect(how.failure?.message).toMatch(/^agent two was lost after [\d.]+s: no sign of it for 4s$/)
      expect(lost).toEqual([false, true])
    },
    60_000,
  )

  test('ends the search without an error if that is wanted', async () => {
    const { two, trials, inTrial, end } = await startSearch(200, { onLost: 'continue' })
    expect((await passing(trials.run(100, 3)))!.missed).toEqual([])
    inTrial(1, () => two.die())
    expect(await passing(trials.run(150, 5))).toBeNull()
    // The other one would carry half of it without effort.
    expect(await passing(trials.run(150, 5))).toBeNull()
    expect(await end()).toMatchObject({ end: { failure: null }, lost: [false, true] })
  }, 60_000)

  test('was complete before its service recovered: it counts', async () => {
    const { two, trials, inTrial, end } = await startSearch(200, { onLost: 'continue' })
    let overload = null
    const running = trials.run(400, 3).then((trial) => {
      overload = trial
    })
    // It has missed by then, and the queue is not empty yet.
    inTrial(3.5, () => two.die())
    await passing(running)
    expect(overload).toMatchObject({ load: 400, isUnrecovered: false })
    expect(await passing(trials.run(100, 3))).toBeNull()
    await end()
  }, 60_000)
})

describe('a broker', () => {
  test('that is away in the middle of a trial costs nothing but time', async () => {
    const broker = new MemoryBroker()
    const { trials, inTrial, end } = await startSearch(200, { broker })
    inTrial(1, () => broker.stop())
    inTrial(5, () => broker.start())
    const trial = (await passing(trials.run(150, 4)))!
    expect(trial.missed).toEqual([])
    expect(trial.meter.collector.total(4).requests).toBe(600)
    expect((await end()).end.failure).toBeNull()
  }, 60_000)

  test('that is away when a load is told makes it late: the trial is tried again', async () => {
    const broker = new MemoryBroker()
    const { trials, one, end } = await startSearch(200, { broker })
    broker.stop()
    setTimeout(() => broker.start(), 3000)
    const levels = () => one.orders.filter((order) => order.type === 'level' && order.level === 150).length
    const trial = (await passing(trials.run(150, 4)))!
    expect(levels()).toBe(2)
    expect(trial.missed).toEqual([])
    expect(trial.meter.collector.total(4).requests).toBe(600)
    expect((await end()).end.failure).toBeNull()
  }, 60_000)

  test('that delivers to one agent too late each time ends the search, and says so', async () => {
    const broker = new MemoryBroker()
    const { trials, end } = await startSearch(200, { broker })
    broker.fate = (subject) => [subject === 'two.down' ? 3500 : 0]
    expect(await passing(trials.run(150, 4))).toBeNull()
    expect(trials.failure).toMatch(/^agent two heard too late of a change of the load, 3 times in a row: /)
    await end()
  }, 60_000)

  test('that stays away loses the agents', async () => {
    const broker = new MemoryBroker()
    const { trials, inTrial, end } = await startSearch(200, { broker })
    inTrial(1, () => broker.stop())
    expect(await passing(trials.run(150, 4))).toBeNull()
    expect((await end()).end.failure?.message).toMatch(
      /^agent one was lost .*the broker memory has been away/,
    )
  }, 60_000)
})

test('an interrupt stops all agents, and its trial does not count; a second one aborts', async () => {
  const { one, two, trials, inTrial, stop, kill, rig, group } = await startSearch(200)
  // They are still within their requests when the second one comes.
  for (const agent of [one, two]) agent.delayMs = 500
  inTrial(4.9, () => stop.abort())
  expect(await passing(trials.run(150, 5))).toBeNull()
  const told = () => [one, two].map(({ orders }) => orders.at(-1)!.type)
  expect(told()).toEqual(['stop', 'stop'])
  kill.abort()
  await passing(rig.ended)
  expect([one, two].map(({ orders }) => orders.map(({ type }) => type).includes('kill'))).toEqual([
    true,
    true,
  ])
  await passing(group.close())
}, 60_000)
