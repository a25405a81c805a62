import { describe, expect, test } from 'vitest'
import { Sampler } from '../../../src/run/process/sampler.js'
import { FakeSystem } from './system.js'

const FIRST = { threads: { 10: 100 }, children: [20], rssKb: 1000 }
const SECOND = { parent: 10, threads: { 20: 50 }, rssKb: 500 }
const OF_PROCESSES = { cpuMs: 0, throttledMs: null, memoryBytes: 1500 * 1024 }

/** A service of two processes in this group. */
function service(cgroup: string): FakeSystem {
  const system = new FakeSystem()
  system.process(10, { ...FIRST, cgroup })
  system.process(20, { ...SECOND, cgroup })
  return system
}

const read = (system: FakeSystem) => new Sampler(system.files, [10], 0).read()

describe('a control group of its own', () => {
  test('has the figures in v2, also below it, without files that could be dropped', () => {
    const system = service('0::/app.slice\n')
    const folder = '/sys/fs/cgroup/app.slice'
    system.write(`${folder}/cgroup.procs`, '10\n')
    system.write(`${folder}/worker/cgroup.procs`, '20\n')
    system.write(
      `${folder}/cpu.stat`,
      'usage_usec 2500000\nuser_usec 1\nnr_throttled 4\nthrottled_usec 1500\n',
    )
    system.write(`${folder}/memory.current`, '50000000\n')
    system.write(`${folder}/memory.stat`, 'anon 1\nactive_file 2\ninactive_file 20000000\n')
    expect(read(system)).toMatchObject({ cpuMs: 2500, throttledMs: 1.5, memoryBytes: 30_000_000 })
  })

  test('has those that v1 keeps in different groups', () => {
    const system = service('5:memory:/m\n4:cpu,cpuacct:/c\n0::/\n')
    for (const folder of ['memory/m', 'cpu/c', 'cpuacct/c'])
      system.write(`/sys/fs/cgroup/${folder}/cgroup.procs`, '10\n20\n')
    system.write('/sys/fs/cgroup/cpuacct/c/cpuacct.usage', '7000000\n')
    system.write('/sys/fs/cgroup/cpu/c/cpu.stat', 'nr_periods 3\nnr_throttled 1\nthrottled_time 2000000\n')
    system.write('/sys/fs/cgroup/memory/m/memory.usage_in_bytes', '9000\n')
    system.write('/sys/fs/cgroup/memory/m/memory.stat', 'inactive_file 1\ntotal_inactive_file 4000\n')
    expect(read(system)).toMatchObject({ cpuMs: 7, throttledMs: 2, memoryBytes: 5000 })
  })

  test('is not one that has other processes, too', () => {
    const system = service('5:memory:/m\n0::/a\n')
    system.write('/sys/fs/cgroup/a/cgroup.procs', '10\n20\n30\n')
    system.write('/sys/fs/cgroup/a/cpu.stat', 'usage_usec 1\n')
    system.write('/sys/fs/cgroup/a/memory.current', '1\n')
    system.write('/sys/fs/cgroup/memory/m/cgroup.procs', '10\n20\n')
    system.write('/sys/fs/cgroup/memory/m/other/cgroup.procs', '40\n')
    system.write('/sys/fs/cgroup/memory/m/memory.usage_in_bytes', '1\n')
    expect(read(system)).toMatchObject(OF_PROCESSES)
  })

  test('is not one that lacks some of its processes', () => {
    const system = service('0::/a\n')
    system.write('/sys/fs/cgroup/a/cgroup.procs', '10\n')
    system.write('/sys/fs/cgroup/a/cpu.stat', 'usage_usec 1\n')
    expect(read(system)).toMatchObject(OF_PROCESSES)
  })

  test('is not needed, nor are the files of it', () => {
    expect(read(service('0::/../elsewhere\n'))).toMatchObject(OF_PROCESSES)
    const system = service('')
    system.remove('/proc/10/cgroup')
    expect(read(system)).toMatchObject(OF_PROCESSES)
  })

  test('may have memory alone, of which no page counts twice', () => {
    const system = service('5:memory:/m\n')
    const sampler = new Sampler(system.files, [10], 0)
    system.write('/sys/fs/cgroup/memory/m/cgroup.procs', '10\n20\n')
    system.write('/sys/fs/cgroup/memory/m/memory.usage_in_bytes', '700\n')
    expect(sampler.read()).toMatchObject({ ...OF_PROCESSES, memoryBytes: 700 })
    expect(sampler.isSum).toBe(false)
    // The group is gone, and with it the service.
    system.remove('/sys/fs/cgroup/memory')
    expect(sampler.read()).toBe(null)
  })
})

test('the memory of several processes is marked as a sum', () => {
  const sampler = new Sampler(service('').files, [10], 0)
  sampler.read()
  expect(sampler.isSum).toBe(true)
})
