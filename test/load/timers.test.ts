import { expect, test } from 'vitest'
import { Timers, Waiting } from '../../src/load/timers.js'

class Note extends Waiting {
  constructor(private readonly write: (now: number) => void) {
    super()
  }

  override wake(now: number): void {
    this.write(now)
  }
}

/** A wheel at moment 0 and what it set its alarm to. */
function makeTimers() {
  const alarms: number[] = []
  return { timers: new Timers(0, (moment) => alarms.push(moment)), alarms }
}

test('what waits is woken in the order of its moments, and the alarm is set for the next', () => {
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

test('a wait that is ended by another one of the same millisecond wakes nobody', () => {
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

test('a wait that is moved to later by another one of the same millisecond is kept until then', () => {
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
