import { expect, test } from 'vitest'
import { Random } from '../../../src/base/rng.js'
import { Timers, Waiting } from '../../../src/load/engine/timer-wheel.js'

class Note extends Waiting {
  constructor(private readonly write: (now: number) => void) {
    super()
  }

  override wake(now: number): void {
    this.write(now)
  }
}

/** A wheel at time 0, and the alarm that it set. */
function makeTimers() {
  const alarms: number[] = []
  return { timers: new Timers(0, (moment) => alarms.push(moment)), alarms }
}

test('waits end in order, and the alarm is set for the next one', () => {
  const { timers, alarms } = makeTimers()
  const woken: string[] = []
  for (const [name, moment] of [
    ['c', 40_000],
    ['b', 7.9],
    ['a', 7.2],
  ] as const) {
    timers.add(new Note(() => woken.push(name)), moment)
  }
  timers.run(8, 0)
  expect(woken).toEqual(['a', 'b'])
  expect(alarms.at(-1)).toBe(40_000)
  timers.run(40_000, 0)
  expect(woken).toEqual(['a', 'b', 'c'])
  expect(alarms.at(-1)).toBe(Number.POSITIVE_INFINITY)
})

test('a wait that is canceled by another one of the same millisecond does not wake', () => {
  const { timers } = makeTimers()
  const woken: string[] = []
  const rest = new Note(() => woken.push('rest'))
  timers.add(rest, 5.5)
  timers.add(
    new Note(() => {
      woken.push('stop')
      timers.remove(rest)
    }),
    5.2,
  )
  timers.run(6, 0)
  expect(woken).toEqual(['stop'])
})

test('a wait that is postponed by another one of the same millisecond is kept until then', () => {
  const { timers } = makeTimers()
  const woken: number[] = []
  const rest = new Note((now) => woken.push(now))
  timers.add(rest, 5.5)
  timers.add(
    new Note(() => {
      timers.remove(rest)
      timers.add(rest, 9)
    }),
    5.2,
  )
  timers.run(6, 0)
  expect(woken).toEqual([])
  timers.run(9, 0)
  expect(woken).toEqual([9])
})

test('a past moment is woken by the next run, even if added within a run', () => {
  const { timers, alarms } = makeTimers()
  const woken: string[] = []
  timers.run(1000, 0)
  timers.add(
    new Note(() => {
      woken.push('past')
      timers.add(new Note(() => woken.push('past of past')), -5)
    }),
    3,
  )
  expect(alarms.at(-1)).toBe(3)
  timers.run(1000, 0)
  expect(woken[0]).toBe('past')
  expect(alarms.at(-1)).toBe(woken.length === 1 ? -5 : Number.POSITIVE_INFINITY)
  timers.run(1000, 0)
  expect(woken).toEqual(['past', 'past of past'])
})

test('a wait of more than one round of the wheel is not woken by earlier rounds', () => {
  const { timers, alarms } = makeTimers()
  const woken: number[] = []
  for (const moment of [100_000.5, 16_384 + 7, 7]) timers.add(new Note(() => woken.push(moment)), moment)
  for (let now = 0; now < 100_000; now += 1000) timers.run(now, 0)
  expect(woken).toEqual([7, 16_391])
  expect(alarms.at(-1)).toBe(100_000.5)
  timers.run(100_001, 0)
  expect(woken).toEqual([7, 16_391, 100_000.5])
})

test('a thread that was blocked for a minute catches up with everything', () => {
  const { timers } = makeTimers()
  const woken = new Set<number>()
  for (let moment = 0; moment < 60_000; moment += 37) timers.add(new Note(() => woken.add(moment)), moment)
  timers.run(60_000, 0)
  expect(woken.size).toBe(Math.ceil(60_000 / 37))
})

test('cleared waits do not wake', () => {
  const { timers, alarms } = makeTimers()
  timers.add(new Note(() => expect.unreachable()), 5)
  timers.clear()
  expect(alarms.at(-1)).toBe(Number.POSITIVE_INFINITY)
  timers.run(10, 0)
})

test.each(Array.from({ length: 6 }, (_, seed) => seed))(
  'adding and removing at random, seed %i: all is woken once, in order and in time',
  (seed) => {
    const random = new Random(seed)
    const early = seed % 2 === 0 ? 0.5 : 0
    let now = 123_456.789 * (1 + seed)
    let alarm = Number.POSITIVE_INFINITY
    const timers = new Timers(now, (moment) => {
      alarm = moment
    })
    const waiting = new Map<Waiting, number>()
    let woken: { moment: number; isNew: boolean }[] = []
    let running = false
    let added = 0

    /** Mostly soon, sometimes beyond a round of the wheel, sometimes past. */
    function addOne(): void {
      const span = [3, 300, 10_000, 50_000][Math.floor(random.float() * 4)]!
      const moment = now + (random.float() - 0.1) * span
      const isNew = running
      const note: Waiting = new Note((at) => {
        expect(at).toBe(now)
        expect(moment - early).toBeLessThanOrEqual(now)
        expect(waiting.get(note)).toBe(moment)
        waiting.delete(note)
        woken.push({ moment, isNew })
        if (random.float() < 0.3 && added < 1000) addOne()
        if (random.float() < 0.2) removeOne()
      })
      added++
      waiting.set(note, moment)
      timers.add(note, moment)
    }

    function removeOne(): void {
      const [note] = [...waiting.keys()].slice(Math.floor(random.float() * waiting.size))
      if (note === undefined) return
      timers.remove(note)
      waiting.delete(note)
    }

    while (added < 600 || waiting.size > 0) {
      for (let i = random.float() * 20; i > 0 && added < 600; i--) {
        if (random.float() < 0.8) addOne()
        else removeOne()
      }
      const next = Math.min(...waiting.values())
      // A removed wait may leave its alarm behind; an alarm that is too late would delay a request.
      expect(alarm).toBeLessThanOrEqual(next)
      if (alarm === Number.POSITIVE_INFINITY) continue
      now = Math.max(now, alarm - early) + (random.float() < 0.5 ? 0 : random.float() * 100)
      woken = []
      running = true
      timers.run(now, early)
      running = false
      const planned = woken.filter(({ isNew }) => !isNew).map(({ moment }) => moment)
      expect(planned).toEqual(planned.toSorted((a, b) => a - b))
      for (const [note, moment] of waiting) {
        // Only waits added within the run for a past moment may be left to the next run, which is at once.
        if (moment <= now + early) expect(alarm).toBeLessThanOrEqual(moment)
        expect(note.waits).toBe(true)
      }
    }
    expect(alarm).toBe(Number.POSITIVE_INFINITY)
  },
)
