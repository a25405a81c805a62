import { describe, expect, test } from 'vitest'
import { type TrialRules, Trials } from '../../../src/run/capacity/trials.js'
import { CapacitySearch } from '../../../src/verdict/capacity/search.js'
import { limit } from './limits.js'
import { VirtualRig, type VirtualService } from './virtual-rig.js'

const RULES: TrialRules = {
  isOpen: true,
  slo: [limit('p95', 100), limit('error_rate', 0.01)],
  settleMs: 1000,
  from: 20,
  beginsAtFrom: false,
  warmupMs: 0,
  untilMs: Number.POSITIVE_INFINITY,
}

async function trialsAt(service: VirtualService, rules: Partial<TrialRules> = {}, endsAfter?: number) {
  const rig = new VirtualRig(service, endsAfter)
  const trials = new Trials(rig, { ...RULES, ...rules })
  expect(await trials.look()).toBe(true)
  return { rig, trials }
}

describe('a trial', () => {
  test('below the capacity is met, and carries what is offered', async () => {
    const { trials } = await trialsAt({ capacity: 200 })
    const trial = (await trials.run(180, 5))!
    expect(trial.missed).toEqual([])
    expect(trial.seconds).toBe(5)
    expect(trial.carried).toBeCloseTo(180, 0)
    expect(trial.isUnsure).toBe(false)
  })

  test('above it misses, and ends as soon as that is clear', async () => {
    const { trials } = await trialsAt({ capacity: 200 })
    const trial = (await trials.run(300, 30))!
    expect(trial.missed.map(({ why }) => why)).toEqual(['threshold', 'carried'])
    expect(trial.seconds).toBeLessThan(8)
    expect(trial.carried).toBeCloseTo(200, -1)
  })

  test('far above it ends as soon as no more can help, and the search goes on when the service is as fast as before', async () => {
    const { trials } = await trialsAt({ capacity: 200 })
    const trial = (await trials.run(400, 10))!
    expect(trial.missed[0]).toMatchObject({ why: 'threshold', metric: 'p95' })
    expect(trial.seconds).toBeLessThanOrEqual(3)
    // It has sent at 400/s for a second of settling and this long: as much again is left to do, and two seconds tell the rest.
    expect(trial.spentSeconds).toBeLessThanOrEqual(2 * (1 + trial.seconds) + 3)
  })

  test('is not ended early for what perfctl may have caused', async () => {
    const { trials } = await trialsAt({ capacity: 200, busy: 1, refuses: () => 503 })
    const trial = (await trials.run(100, 5))!
    expect(trial).toMatchObject({ isUnsure: true, seconds: 5 })
  })

  test('with errors that no success can outweigh ends, too; with fewer it does not', async () => {
    let count = 0
    const refuses = (share: number) => () => (++count % Math.round(1 / share) === 0 ? 503 : null)
    const many = await trialsAt({ capacity: 1000, refuses: refuses(0.5) })
    expect((await many.trials.run(100, 20))!.seconds).toBeLessThan(3)
    // 2 % of the first half, 1 % of all: what comes later could make up for it, and does.
    let sent = 0
    const early = await trialsAt({
      capacity: 1000,
      refuses: () => (++sent < 1100 && sent % 50 === 0 ? 503 : null),
    })
    const trial = (await early.trials.run(100, 20))!
    expect(trial.seconds).toBe(20)
  })

  test('at the first load is what later seconds are compared with, if it comes first', async () => {
    const rig = new VirtualRig({ capacity: 200, scarred: { from: 100, byMs: 50 } })
    const trials = new Trials(rig, { ...RULES, beginsAtFrom: true })
    expect(await trials.look()).toBe(true)
    expect(rig.elapsedMs()).toBe(2000)
    expect((await trials.run(20, 5))!.missed).toEqual([])
    expect((await trials.run(400, 10))!.isUnrecovered).toBe(true)
  })

  test('slightly above it misses by its backlog, long before the latency shows it', async () => {
    const { trials } = await trialsAt({ capacity: 200 }, { slo: [limit('p95', 5000)] })
    const trial = (await trials.run(206, 30))!
    expect(trial.missed).toEqual([{ why: 'backlog' }])
    expect(trial.seconds).toBeLessThan(30)
  })

  test('is measured from when the load is steady, and nothing is sent after it', async () => {
    const { rig, trials } = await trialsAt({ capacity: 200 })
    const begun = rig.arrived
    const trial = (await trials.run(100, 4))!
    // A second of settling and four of measuring; the service is looked at with 20/s until then.
    expect(rig.arrived - begun).toBeLessThanOrEqual(500 + 2 * 20)
    expect(trial.meter.collector.total(4).requests).toBe(400)
    await rig.nextSecond()
    const after = rig.arrived
    await rig.nextSecond()
    expect(rig.arrived).toBe(after)
  })

  test('of a service that answers 429 above its limit names the status', async () => {
    const window: number[] = []
    const refuses = (atMs: number) => {
      while (window.length > 0 && window[0]! <= atMs - 1000) window.shift()
      if (window.length >= 100) return 429
      window.push(atMs)
      return null
    }
    const { trials } = await trialsAt({ capacity: 1000, refuses })
    expect((await trials.run(90, 5))!.missed).toEqual([])
    const [miss] = (await trials.run(150, 5))!.missed
    expect(miss).toMatchObject({ why: 'threshold', metric: 'error_rate', status: 429 })
  })

  test('is lost if the load ends in the middle', async () => {
    const trials = new Trials(new VirtualRig({ capacity: 200 }, 8), RULES)
    await trials.look()
    expect(await trials.run(100, 10)).toBeNull()
  })

  test('of a service that died says nothing; the rig says why', async () => {
    const { rig, trials } = await trialsAt({ capacity: 200, diesAt: 8000 })
    const missed = await trials.run(100, 10)
    expect(missed).not.toBeNull()
    expect(missed!.isUnrecovered).toBe(true)
    expect(rig.death).not.toBeNull()
    expect(await trials.run(100, 10)).toBeNull()
  })
})

describe('a trial whose load not all heard of in time', () => {
  test('is tried again, with more time to tell it', async () => {
    const { rig, trials } = await trialsAt({ capacity: 200 })
    let lateTimes = 2
    rig.late = (level) => (level === 100 && lateTimes-- > 0 ? ['two'] : [])
    const trial = (await trials.run(100, 4))!
    expect(trial.missed).toEqual([])
    expect(trial.meter.collector.total(4).requests).toBe(400)
    const leads = rig.levels.filter(({ level }) => level === 100).map(({ atMs, setMs }) => atMs - setMs)
    // Up to a full second, as trials begin with one.
    expect(leads).toEqual([1000, 1000, 2000])
    // The time of all tries is the trial's.
    expect(trial.spentSeconds).toBeGreaterThan(9)
  })

  test('three times in a row ends the search, and names who was late', async () => {
    const { rig, trials } = await trialsAt({ capacity: 200 })
    rig.late = (level) => (level === 100 ? ['two', 'three'] : [])
    expect(await trials.run(100, 4)).toBeNull()
    expect(rig.levels.filter(({ level }) => level === 100)).toHaveLength(3)
    expect(trials.failure).toBe(
      'agent two heard too late of a change of the load, 3 times in a row: its connection to this machine is too slow',
    )
  })
})

describe('between two trials', () => {
  test('a service rests: nothing is sent or in flight', async () => {
    const { rig, trials } = await trialsAt({ capacity: 200 })
    for (const load of [100, 400, 180]) {
      await trials.run(load, 5)
      expect(await trials.rest()).toBe(true)
      const { arrived } = rig
      expect(rig.inFlight).toBe(0)
      await rig.nextSecond()
      expect(rig.arrived).toBe(arrived)
    }
  })

  test('it takes a second if nothing is in flight', async () => {
    const { rig, trials } = await trialsAt({ capacity: 200 })
    await trials.run(100, 5)
    const begun = rig.elapsedMs()
    await trials.rest()
    expect(rig.elapsedMs() - begun).toBe(1000)
  })

  test('requests that hang are not waited for forever', async () => {
    const { rig, trials } = await trialsAt({ capacity: 200, scarred: { from: 1, byMs: 60_000 } })
    await trials.run(1, 2)
    const begun = rig.elapsedMs()
    expect(await trials.rest()).toBe(true)
    expect(rig.elapsedMs() - begun).toBeLessThanOrEqual(11_000)
  })

  test('the load may end', async () => {
    const { trials } = await trialsAt({ capacity: 200 }, {}, 9)
    await trials.run(100, 4)
    expect(await trials.rest()).toBe(false)
  })
})

describe('after a miss', () => {
  test('the next trial does not meet what is left of the last one', async () => {
    const { trials } = await trialsAt({ capacity: 200 })
    const overload = (await trials.run(400, 10))!
    expect(overload.missed.length).toBeGreaterThan(0)
    expect(overload.isUnrecovered).toBe(false)
    expect((await trials.run(190, 5))!.missed).toEqual([])
  })

  test('a service that stays slow did not recover', async () => {
    const { trials } = await trialsAt({ capacity: 200, scarred: { from: 100, byMs: 50 } })
    const overload = (await trials.run(400, 10))!
    expect(overload.isUnrecovered).toBe(true)
    // It had its 10 seconds, but not much more.
    expect(overload.spentSeconds).toBeGreaterThan(10)
    expect(overload.spentSeconds).toBeLessThan(40)
  })

  test('nobody waits for the recovery when the time is over', async () => {
    const scarred = { from: 100, byMs: 50 }
    const { rig, trials } = await trialsAt({ capacity: 200, scarred }, { untilMs: 20_000 })
    const overload = (await trials.run(400, 10))!
    expect(overload.isUnrecovered).toBe(false)
    expect(rig.elapsedMs()).toBeLessThanOrEqual(20_000)
  })

  test('all time is accounted for', async () => {
    const { rig, trials } = await trialsAt({ capacity: 200 })
    const begun = rig.elapsedMs()
    const spent = [(await trials.run(400, 10))!, (await trials.run(100, 5))!, (await trials.run(300, 5))!]
    const sum = spent.reduce((total, { spentSeconds }) => total + spentSeconds, 0)
    expect(sum).toBeCloseTo((rig.elapsedMs() - begun) / 1000, 6)
  })
})

test.each([50, 137, 244, 500])('a search finds that %d/s are carried', async (capacity) => {
  const { rig, trials } = await trialsAt({ capacity }, { settleMs: 500 })
  const search = new CapacitySearch({
    from: 20,
    max: null,
    width: 0.05,
    trialSeconds: 5,
    settleSeconds: 0.5,
    sumSeconds: 30,
    exceed: 0.2,
    budgetSeconds: 300,
    isWhole: false,
  })
  for (let probe = search.next(); probe !== null; probe = search.next()) {
    const trial = (await trials.run(probe.load, probe.seconds))!
    search.record({ ...trial, isMet: trial.missed.length === 0 })
  }
  const { lower, upper, end } = search.answer()
  expect(end).toBe('decided')
  expect(lower! / capacity).toBeGreaterThan(0.9)
  expect(lower! / capacity).toBeLessThan(1.05)
  expect(upper! / capacity).toBeLessThan(1.1)
  expect(rig.elapsedMs()).toBeLessThan(300_000)
})
