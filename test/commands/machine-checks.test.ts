import { expect, test } from 'vitest'
import type { Limits } from '../../src/base/limits.js'
import { examine } from '../../src/commands/machine-checks.js'
import { makeLimits } from './machine.js'

test('a good machine has no problems', () => {
  const checks = examine(makeLimits(), 'v20.18.1')
  expect(checks.map(({ name }) => name)).toEqual([
    'Node.js',
    'cores',
    'open files',
    'ports',
    'memory',
    'CPU governor',
    'clock',
    'other work',
  ])
  for (const check of checks) expect(check).toMatchObject({ state: 'good', fix: null })
})

test.each<[Partial<Limits>, string, string, string, RegExp]>([
  [
    { openFiles: { soft: 1024, hard: 1024 } },
    'open files',
    '1,024',
    'about 960 users at most',
    /^ulimit -n 65536 /,
  ],
  [{ openFiles: { soft: 5063, hard: 9999 } }, 'open files', '5,063', 'about 4,999 users at most', /^ulimit/],
  [
    { ports: { first: 60_000, last: 60_999 } },
    'ports',
    '1,000',
    'as many connections to one target at most',
    /^sudo sysctl -w net.ipv4.ip_local_port_range=/,
  ],
  [
    { cores: 1 },
    'cores',
    '1',
    'perfctl and a service on this machine would slow each other down',
    /another machine/,
  ],
  [
    { coreQuota: 1.5 },
    'cores',
    '1.5 of 8',
    'the container is throttled when its quota is used up, which shows as latency',
    /--cpus 8/,
  ],
  [{ memoryBytesMax: 200e6 }, 'memory', '200MB for the container', 'room for about 2,000 users', /--memory/],
  [{ memoryBytes: 100e6 }, 'memory', '100MB', 'room for about 0 users', /larger/],
  [
    { governor: 'powersave' },
    'CPU governor',
    'powersave',
    'the cores change their speed, and the figures change with it',
    /^sudo cpupower/,
  ],
  [
    { clockSource: 'hpet' },
    'clock',
    'hpet',
    'slow to read; latencies are exact to 1.00µs',
    /clocksource=tsc/,
  ],
  [{ clockStepMs: 1 }, 'clock', 'tsc', 'latencies are exact to 1.00ms', /another machine/],
  [
    { loadAverage: 4.1 },
    'other work',
    'load 4.10',
    'something else is running, which shows as latency',
    /top/,
  ],
])('%j is doubtful, and has a fix', (limits, name, value, meaning, fix) => {
  const doubtful = examine(makeLimits(limits), 'v22.0.0').filter(({ state }) => state !== 'good')
  expect(doubtful).toEqual([{ state: 'doubtful', name, value, meaning, fix: expect.stringMatching(fix) }])
})

test.each<[Partial<Limits>, string, string]>([
  [
    { openFiles: { soft: Number.POSITIVE_INFINITY, hard: Number.POSITIVE_INFINITY } },
    'open files',
    'any number of users',
  ],
  [{ openFiles: { soft: 5064, hard: 5064 } }, 'open files', 'about 5,000 users at most'],
  [{ portReuse: 'never' }, 'ports', 'as many connections to one target at most, 470 new ones a second'],
  [
    { portReuse: 'loopback' },
    'ports',
    'as many connections to one target at most, 470 new ones a second (more to this machine)',
  ],
  [{ cores: 2, coreQuota: 4 }, 'cores', '2 workers at most; one less for a service on this machine'],
  [{ memoryBytes: 550e6, memoryBytesMax: 1e12 }, 'memory', 'room for about 20,000 users'],
  [{ clockSource: null, clockStepMs: 0.01 }, 'clock', 'latencies are exact to 10.0µs'],
  [{ loadAverage: 4 }, 'other work', 'the machine is idle enough'],
])('%j is fine: %s, %s', (limits, name, meaning) => {
  const check = examine(makeLimits(limits), 'v22.0.0').find((one) => one.name === name)
  expect(check).toMatchObject({ state: 'good', meaning, fix: null })
})

test('unknown values are left out', () => {
  const limits = makeLimits({ openFiles: null, ports: null, governor: null, loadAverage: null })
  expect(examine(limits, 'v22.0.0').map(({ name }) => name)).toEqual(['Node.js', 'cores', 'memory', 'clock'])
})

test.each([
  ['v20.18.1', 'good'],
  ['v20.18.10', 'good'],
  ['v20.19.0', 'good'],
  ['v24.0.0-rc.1', 'good'],
  ['v20.18.0', 'bad'],
  ['v20.9.9', 'bad'],
  ['v18.20.8', 'bad'],
])('Node.js %s is %s', (version, state) => {
  expect(examine(makeLimits(), version)[0]).toMatchObject({ name: 'Node.js', value: version, state })
})
