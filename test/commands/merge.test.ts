import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { acceptFiles } from '../../src/commands/baseline.js'
import { merge, type RawMergeFlags } from '../../src/commands/merge.js'
import { renderJson } from '../../src/report/formats/json.js'
import { parseResult } from '../../src/stats/read.js'
import type { Result } from '../../src/stats/result.js'
import { makeShards } from '../verdict/shards.js'
import { shopWith } from '../verdict/simulate.js'
import { createMemoryIo, type MemoryIo } from './memory-io.js'

const LIMITS = { thresholds: ['p95 < 200ms', 'search: p99 < 100ms'] }
const BEFORE = makeShards([1, 2, 3], { seconds: 30, limits: LIMITS })
const SAME = makeShards([4, 5, 6], { seconds: 30, limits: LIMITS })
const SLOWER = makeShards([7, 8, 9], {
  seconds: 30,
  limits: LIMITS,
  services: shopWith('search', { medianMs: 26 }),
})

let io: MemoryIo

beforeEach(() => {
  io = createMemoryIo()
})

/** Saves the shards and merges them. */
function mergeAll(shards: readonly Result[], flags: RawMergeFlags = {}) {
  for (const [i, shard] of shards.entries()) writeFileSync(join(io.cwd, `${i + 1}.json`), renderJson(shard))
  return merge(
    shards.map((_, i) => `${i + 1}.json`),
    flags,
    io,
  )
}

async function makeBaseline(): Promise<void> {
  await mergeAll(BEFORE, { output: 'whole.json', quiet: true })
  await acceptFiles('update', ['whole.json'], {}, io)
  io.written.stdout = io.written.stderr = ''
}

describe('the verdict is made once, over all shards', () => {
  test('without a baseline, by the thresholds', async () => {
    expect(await mergeAll(SAME)).toBe(0)
    expect(io.written.stdout).toMatch(
      /^✓ Passed: .* both thresholds were met; not\s+compared with a baseline/,
    )
  })

  test.each([
    ['the same code', SAME, 0, '✓ Passed: a slowdown of '],
    ['slower code', SLOWER, 1, '✗ Regressed: "search" got slower: '],
  ])('with a baseline, %s', async (_, shards, code, headline) => {
    await makeBaseline()
    expect(await mergeAll(shards)).toBe(code)
    expect(io.written.stdout.startsWith(headline), io.written.stdout).toBe(true)
    expect(io.written.stdout).toContain('Compared with baselines/shop.json')
  })

  test('a threshold broken by the whole load fails, even if each shard alone meets it', async () => {
    const limits = { thresholds: ['requests < 4000'] }
    const shards = makeShards([1, 2], { seconds: 30, limits })
    for (const { totals } of shards) expect(totals.requests).toBeLessThan(4000)
    expect(await mergeAll(shards)).toBe(1)
    expect(io.written.stdout).toMatch(/^✗ Failed: requests < 4000 was not met/)
  })

  test('shards that began too far apart are inconclusive, even with a baseline', async () => {
    await makeBaseline()
    const late = { ...SLOWER[1]!, startedAt: '2026-03-01T10:01:00.000Z' }
    const shards = [SLOWER[0], late, SLOWER[2]!]
    expect(await mergeAll(shards)).toBe(0)
    expect(io.written.stdout.replace(/\s+/g, ' ')).toContain('the shards started 1m apart')
    expect(await mergeAll(shards, { inconclusive: 'fail' })).toBe(4)
    expect(await mergeAll(shards, { inconclusive: 'fail', baseline: false })).toBe(4)
  })

  test('an interrupted shard makes the run interrupted', async () => {
    expect(await mergeAll([SAME[0], { ...SAME[1]!, interrupted: true }, SAME[2]!])).toBe(130)
  })
})

describe('flags', () => {
  test('a named baseline, or none', async () => {
    await makeBaseline()
    expect(await mergeAll(SLOWER, { baseline: false })).toBe(0)
    expect(await mergeAll(SLOWER, { baseline: 'baselines/shop.json' })).toBe(1)
    await expect(mergeAll(SAME, { baseline: 'gone.json' })).rejects.toThrow('gone.json does not exist')
  })

  test('a missing required baseline is an error', async () => {
    await expect(mergeAll(SAME, { requireBaseline: true })).rejects.toThrow('shop has no baseline')
  })

  test('the file is a complete result that other commands accept', async () => {
    await mergeAll(SAME, { output: 'out/whole.json' })
    const whole = parseResult(readFileSync(join(io.cwd, 'out/whole.json'), 'utf8'), 'whole.json')
    expect(whole.shard).toBeNull()
    expect(whole.shards!.map(({ index }) => index)).toEqual([1, 2, 3])
    expect(whole.thresholds.map(({ passed }) => passed)).toEqual([true, true])
    expect(io.written.stdout).toContain('perfctl baseline update --from out/whole.json')
    await expect(merge(['out/whole.json'], {}, io)).rejects.toThrow('is already merged')
  })

  test('a shard is never overwritten', async () => {
    await expect(mergeAll(SAME, { output: './1.json' })).rejects.toThrow('one of the shards')
  })

  test('reports contain the whole run, and nothing else goes to stdout beside a report', async () => {
    await mergeAll(SAME, { report: ['json=-'] })
    expect(JSON.parse(io.written.stdout).totals.requests).toBe(
      SAME.reduce((sum, { totals }) => sum + totals.requests, 0),
    )
  })
})

test('a damaged shard is named', async () => {
  const text = renderJson(SAME[1]!)
  writeFileSync(join(io.cwd, 'cut.json'), text.slice(0, text.length / 2))
  await expect(merge(['cut.json'], {}, io)).rejects.toThrow('cut.json: the file is truncated')
})

test('an unreadable threshold is an error, never ignored', async () => {
  const shards = makeShards([1, 2], { seconds: 5, limits: { thresholds: ['p95 << 1ms'] } })
  await expect(mergeAll(shards)).rejects.toThrow("can't read a threshold of the shards")
})
