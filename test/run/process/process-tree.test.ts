import { describe, expect, test } from 'vitest'
import { ProcessTree } from '../../../src/run/process/process-tree.js'
import { FakeSystem } from './system.js'

/** A tree that was read once, so that all it reports is what was used since. */
function begin(system: FakeSystem, roots: readonly number[] = [10], excluded = 0): ProcessTree {
  const tree = new ProcessTree(system.files, roots, excluded)
  tree.read()
  return tree
}

describe('the CPU time of a tree', () => {
  test('is that of all threads of all descendants since the first reading', () => {
    const system = new FakeSystem()
    system.process(10, { threads: { 10: 500, 11: 50 }, children: [20], rssKb: 100 })
    system.process(20, { parent: 10, threads: { 20: 10 }, children: [30], rssKb: 20 })
    system.process(30, { parent: 20, threads: { 30: 1 }, rssKb: 3 })
    system.process(40, { threads: { 40: 9000 }, rssKb: 9000 })
    const tree = begin(system)
    system.process(10, { threads: { 10: 600, 11: 50.5 }, children: [20] })
    system.process(30, { parent: 20, threads: { 30: 3 } })
    expect(tree.read()).toMatchObject({ cpuMs: 102.5, memoryBytes: 123 * 1024, pids: [10, 20, 30] })
  })

  test('keeps what a thread had used that has ended', () => {
    const system = new FakeSystem()
    system.process(10, { threads: { 10: 100, 11: 400 } })
    const tree = begin(system)
    system.process(10, { threads: { 10: 110, 11: 450 } })
    expect(tree.read()?.cpuMs).toBe(60)
    system.process(10, { threads: { 10: 110 } })
    expect(tree.read()?.cpuMs).toBe(60)
    system.process(10, { threads: { 10: 110, 11: 5 } })
    expect(tree.read()?.cpuMs).toBe(65)
  })

  test('has what threads used that came and went between two readings, which only the process knows', () => {
    const system = new FakeSystem()
    system.process(10, { threads: { 10: 100 }, cpuMs: 100 })
    const tree = begin(system)
    system.process(10, { threads: { 10: 110 }, cpuMs: 340 })
    expect(tree.read()?.cpuMs).toBe(240)
  })

  test('keeps what a child had used that has ended, and counts its last part once', () => {
    const system = new FakeSystem()
    system.process(10, { children: [20] })
    system.process(20, { parent: 10, threads: { 20: 1000 } })
    const tree = begin(system)
    system.process(20, { parent: 10, threads: { 20: 1500 } })
    expect(tree.read()?.cpuMs).toBe(500)
    system.end(20)
    system.process(10)
    expect(tree.read()?.cpuMs).toBe(500)
    // Its parent has waited for it: it used 1700 ms in all.
    system.process(10, { reapedMs: 1700 })
    expect(tree.read()?.cpuMs).toBe(700)
    expect(tree.read()?.cpuMs).toBe(700)
  })

  test('has what children used that came and went between two readings', () => {
    const system = new FakeSystem()
    system.process(10, { reapedMs: 5000 })
    const tree = begin(system)
    system.process(10, { reapedMs: 5400 })
    expect(tree.read()?.cpuMs).toBe(400)
  })

  test('counts a grandchild once whose parent ended with it', () => {
    const system = new FakeSystem()
    system.process(10, { children: [20] })
    system.process(20, { parent: 10, children: [30] })
    system.process(30, { parent: 20, threads: { 30: 100 } })
    const tree = begin(system)
    system.process(30, { parent: 20, threads: { 30: 600 } })
    expect(tree.read()?.cpuMs).toBe(500)
    system.end(20)
    system.end(30)
    system.process(10, { reapedMs: 600 })
    expect(tree.read()?.cpuMs).toBe(500)
  })

  test('goes on for a child whose parent has ended', () => {
    const system = new FakeSystem()
    system.process(10, { children: [20] })
    system.process(20, { parent: 10, threads: { 20: 10 } })
    const tree = begin(system)
    system.end(10)
    system.process(20, { parent: 1, threads: { 20: 30 } })
    expect(tree.read()).toMatchObject({ cpuMs: 20, pids: [20] })
  })

  test('has all of a child that began since', () => {
    const system = new FakeSystem()
    system.process(10)
    const tree = begin(system)
    system.process(10, { children: [20] })
    system.process(20, { parent: 10, threads: { 20: 70 } })
    expect(tree.read()?.cpuMs).toBe(70)
  })

  test('ignores a later process with the id of one that has ended', () => {
    const system = new FakeSystem()
    system.process(10, { children: [20] })
    system.process(20, { parent: 10, threads: { 20: 10 } })
    const tree = begin(system)
    system.process(10)
    system.process(20, { parent: 1, startedAt: 200, threads: { 20: 9000 } })
    expect(tree.read()).toMatchObject({ cpuMs: 0, pids: [10] })
  })

  test('leaves out perfctl, if the service started it', () => {
    const system = new FakeSystem()
    system.process(10, { children: [20, 30] })
    system.process(20, { parent: 10, children: [21] })
    system.process(21, { parent: 20 })
    system.process(30, { parent: 10 })
    expect(begin(system, [10], 20).read()?.pids).toEqual([10, 30])
  })

  test('is that of the process where the kernel counts no threads and lists no children', () => {
    const system = new FakeSystem()
    system.process(10, { cpuMs: 100 })
    system.process(20, { parent: 10, cpuMs: 50 })
    system.process(30, { parent: 1, cpuMs: 50 })
    for (const pid of [10, 20, 30]) {
      for (const file of ['schedstat', 'children']) system.remove(`/proc/${pid}/task/${pid}/${file}`)
    }
    const tree = begin(system)
    system.write('/proc/20/stat', '20 (a) R 10 1 1 0 -1 0 0 0 0 0 9 3 0 0 20 0 1 0 100 1 1\n')
    expect(tree.read()).toMatchObject({ cpuMs: 70, pids: [10, 20], memoryBytes: 0 })
  })

  test('counts threads and open files of all processes', () => {
    const system = new FakeSystem()
    system.process(10, { children: [20], threads: { 10: 0, 11: 0 }, openFiles: 3 })
    system.process(20, { parent: 10, openFiles: 4 })
    const tree = begin(system)
    expect(tree.read()).toMatchObject({ threads: 3, openFiles: 7 })
    // One that belongs to somebody else.
    system.remove('/proc/20/fd')
    expect(tree.read()).toMatchObject({ threads: 3, openFiles: null })
  })

  test('ends when all processes have', () => {
    const system = new FakeSystem()
    system.process(10)
    const tree = begin(system)
    system.process(10, { state: 'Z' })
    expect(tree.read()).toBe(null)
    system.end(10)
    expect(tree.read()).toBe(null)
  })
})
