import { describe, expect, test } from 'vitest'
import { readLimits } from '../../src/base/limits.js'

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             256000               256000               processes
Max open files            1024                 1048576              files
Max locked memory         65536                65536                bytes
`

test('a Linux machine reports everything', () => {
  const limits = readFrom({
    '/proc/self/limits': LIMITS,
    '/proc/sys/net/ipv4/ip_local_port_range': '32768\t60999\n',
    '/proc/sys/net/ipv4/tcp_tw_reuse': '2\n',
    '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'powersave\n',
    '/sys/devices/system/clocksource/clocksource0/current_clocksource': 'tsc\n',
  })
  expect(limits).toMatchObject({
    openFiles: { soft: 1024, hard: 1_048_576 },
    ports: { first: 32_768, last: 60_999 },
    portReuse: 'loopback',
    governor: 'powersave',
    clockSource: 'tsc',
    coreQuota: null,
    memoryBytesMax: null,
  })
  expect(limits.cores).toBeGreaterThanOrEqual(1)
  expect(limits.memoryBytes).toBeGreaterThan(1e8)
  expect(limits.clockStepMs).toBeGreaterThan(0)
  expect(limits.clockStepMs).toBeLessThan(0.1)
})

test('what a platform does not report is null', () => {
  expect(readFrom({})).toMatchObject({
    openFiles: null,
    ports: null,
    portReuse: null,
    coreQuota: null,
    memoryBytesMax: null,
    governor: null,
    clockSource: null,
  })
  const odd = { '/proc/self/limits': 'no table', '/proc/sys/net/ipv4/tcp_tw_reuse': '7\n' }
  expect(readFrom(odd)).toMatchObject({ openFiles: null, portReuse: null })
})

test('no limit is null', () => {
  const text = LIMITS.replace('1024   ', 'unlimited').replace('1048576  ', 'unlimited')
  expect(readFrom({ '/proc/self/limits': text }).openFiles).toEqual({
    soft: Number.POSITIVE_INFINITY,
    hard: Number.POSITIVE_INFINITY,
  })
})

describe('a container', () => {
  test.each<[string, Record<string, string>, number | null, number | null]>([
    [
      'of cgroup v2',
      {
        '/proc/self/cgroup': '0::/\n',
        '/sys/fs/cgroup/cpu.max': '150000 100000\n',
        '/sys/fs/cgroup/memory.max': '536870912\n',
      },
      1.5,
      536_870_912,
    ],
    [
      'without limits',
      {
        '/proc/self/cgroup': '0::/app\n',
        '/sys/fs/cgroup/app/cpu.max': 'max 100000\n',
        '/sys/fs/cgroup/app/memory.max': 'max\n',
      },
      null,
      null,
    ],
    [
      'whose pod has a smaller limit',
      {
        '/proc/self/cgroup': '0::/pod/app\n',
        '/sys/fs/cgroup/pod/cpu.max': '50000 100000\n',
        '/sys/fs/cgroup/pod/app/cpu.max': '200000 100000\n',
        '/sys/fs/cgroup/pod/memory.max': '2000000\n',
        '/sys/fs/cgroup/pod/app/memory.max': '1000000\n',
      },
      0.5,
      1_000_000,
    ],
    [
      'of cgroup v1, from inside',
      {
        '/proc/self/cgroup': '5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n0::/\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '250000\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
        '/sys/fs/cgroup/memory/memory.limit_in_bytes': '1073741824\n',
      },
      2.5,
      1_073_741_824,
    ],
    [
      'of cgroup v1 without limits',
      {
        '/proc/self/cgroup': '5:cpu:/\n4:memory:/\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
        '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      },
      null,
      null,
    ],
  ])('%s', (_, files, coreQuota, memoryBytesMax) => {
    expect(readFrom(files)).toMatchObject({ coreQuota, memoryBytesMax })
  })
})

test('reading the limits of this machine does not fail', () => {
  const { openFiles } = readLimits()
  if (process.platform === 'linux') {
    expect(openFiles!.soft).toBeGreaterThanOrEqual(256)
    // Node raised it at start.
    expect(openFiles!.soft).toBe(openFiles!.hard)
  } else {
    expect(openFiles).toBeNull()
  }
})

function readFrom(files: Readonly<Record<string, string>>) {
  return readLimits((path) => files[path] ?? null)
}
