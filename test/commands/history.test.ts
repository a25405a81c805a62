import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { UserError } from '../../src/base/errors.js'
import { history, type RawHistoryFlags } from '../../src/commands/history.js'
import { renderJson } from '../../src/report/formats/json.js'
import type { Result } from '../../src/stats/result.js'
import { extendBaseline, makeBaseline } from '../../src/verdict/baseline.js'
import { formatBaseline } from '../../src/verdict/baseline-file.js'
import { commitOf } from '../verdict/histories.js'
import { makeShards } from '../verdict/shards.js'
import { SHOP, shopWith, simulate } from '../verdict/simulate.js'
import { createMemoryIo, type MemoryIo } from './memory-io.js'

let io: MemoryIo

beforeEach(() => {
  io = createMemoryIo()
})

function save(file: string, text: string): void {
  mkdirSync(dirname(join(io.cwd, file)), { recursive: true })
  writeFileSync(join(io.cwd, file), text)
}

/** The n-th day's result */
function resultOf(day: number): Result {
  const services = day < 12 ? SHOP : shopWith('search', { medianMs: 25 })
  const result = simulate(services, { seed: day + 1, seconds: 12 })
  const startedAt = new Date(Date.UTC(2026, 2, 1 + day)).toISOString()
  return {
    ...result,
    startedAt,
    runs: [{ ...result.runs[0]!, startedAt }],
    environment: { ...result.environment, gitCommit: commitOf(day) },
  }
}

const RESULTS = Array.from({ length: 20 }, (_, day) => resultOf(day))

function saveResults(folder = '.perfctl/results'): void {
  for (const [day, result] of RESULTS.entries()) save(`${folder}/shop-${day}.json`, renderJson(result))
}

async function run(names: string[] = [], flags: RawHistoryFlags = {}): Promise<string> {
  expect(await history(names, flags, io)).toBe(0)
  return io.written.stdout
}

async function problemOf(names: string[], flags: RawHistoryFlags = {}): Promise<string> {
  const error: unknown = await history(names, flags, io).catch((reason: unknown) => reason)
  const [problem] = (error as UserError).problems
  return `${problem!.message}; ${problem!.hint}`
}

describe('what it shows', () => {
  test.each([
    ['a scenario by its file', 'name: shop\nload: { vus: 1, duration: 1s }\nrequests: [{ get: / }]\n'],
    ['one that is no longer valid', 'target: ${GONE}\nload: { vus: 1, duration: 1s }\n'],
  ])('%s', async (_, scenario) => {
    saveResults()
    save('scenarios/shop.yaml', scenario)
    expect(await run(['scenarios/shop.yaml'])).toMatch(/^shop {2}20 results, /)
  })

  test('a scenario by its file, which names its baseline', async () => {
    save('b/shop.json', formatBaseline(makeBaseline([RESULTS[0]!])))
    save(
      'shop.yaml',
      'load: { vus: 1, duration: 1s }\nrequests: [{ get: / }]\nbaseline: { file: b/shop.json }\n',
    )
    expect(await run(['shop.yaml'])).toContain('b/shop.json')
  })

  test('by default the saved results, and the commit at which one changed', async () => {
    saveResults()
    const text = await run()
    expect(text).toMatch(/^shop {2}20 results, 2026-03-01 to 2026-03-20\n/)
    expect(text).toContain(`2026-03-13 00:00  commit ${commitOf(12).slice(0, 12)}`)
    expect(text).toMatch(/"search" got slower: p50 went from 20\.\dms to 2[45]\.\dms/)
    expect(text).not.toMatch(/"details" got/)
  })

  test('a folder, files, or the results of a name', async () => {
    saveResults('old')
    expect(await run(['old'])).toContain('20 results')
    io.written.stdout = ''
    expect(await run(['old/shop-1.json', 'old/shop-2.json', './old/shop-2.json'])).toContain('2 results')
    saveResults()
    save(
      '.perfctl/results/cart.json',
      renderJson({ ...RESULTS[0]!, scenario: { ...RESULTS[0]!.scenario, name: 'cart' } }),
    )
    io.written.stdout = ''
    expect(await run(['shop'])).not.toContain('cart')
  })

  test('the jobs of a baseline, by name or file', async () => {
    const [first, ...others] = RESULTS
    save('baselines/shop.json', formatBaseline(extendBaseline(makeBaseline([first!]), others as [Result])))
    const text = await run(['shop'])
    expect(text).toMatch(/^shop {2}20 jobs, 2026-03-01 to 2026-03-20\n.*baselines\/shop\.json\n/)
    expect(text).toContain(`2026-03-13 00:00  commit ${commitOf(12).slice(0, 12)}`)
    io.written.stdout = ''
    expect(await run(['baselines/shop.json'])).toBe(text)
  })

  test('one metric of one request', async () => {
    saveResults()
    const text = await run([], { metric: ['p95'], request: ['details'] })
    expect(text.trimEnd().split('\n').slice(-2)[1]).toMatch(/^details {2}p95 /)
    expect(text).toContain('Nothing changed beyond chance.')
  })
})

describe('skipped results are reported', () => {
  test("files of a folder that can't be read", async () => {
    saveResults()
    save('.perfctl/results/cut.json', renderJson(RESULTS[0]!).slice(0, 1000))
    save('.perfctl/results/empty.json', '')
    save('.perfctl/results/other.json', '{"schema":"k6"}')
    save('.perfctl/results/notes.txt', 'no result')
    expect(await run()).toContain('20 results')
    expect(io.written.stderr.split('\n')).toEqual([
      'skipped: .perfctl/results/cut.json: the file is truncated',
      'skipped: .perfctl/results/empty.json: the file is empty',
      'skipped: .perfctl/results/other.json: its schema is "k6", not perfctl/result@1',
      '',
    ])
  })

  test('shards, and runs without a usable result', async () => {
    saveResults()
    const [shard] = makeShards([1, 2], { seconds: 5 })
    save('.perfctl/results/a.json', renderJson(shard))
    save('.perfctl/results/b.json', renderJson({ ...RESULTS[0]!, interrupted: true }))
    expect(await run()).toContain('20 results')
    expect(io.written.stderr).toBe('skipped: 1 (a shard), 1 (interrupted)\n')
  })

  test('single results beside a history', async () => {
    saveResults()
    const scenario = { ...RESULTS[0]!.scenario, load: '2 users for 3s' }
    save('.perfctl/results/quick.json', renderJson({ ...RESULTS[0]!, scenario }))
    expect(await run()).not.toContain('2 users for 3s')
    expect(io.written.stderr).toBe('skipped: 1 result, the only one of its scenario and load\n')
  })
})

describe('invalid input', () => {
  test.each<[string, string[], RawHistoryFlags, string]>([
    ['no results at all', [], {}, 'no results in .perfctl/results; save some with perfctl run'],
    ['a folder without any', ['.'], {}, 'no results in .; save some with perfctl run'],
    ['a missing file', ['gone.json'], {}, 'gone.json: no such file'],
    ['an unknown name', ['shop'], {}, 'shop is not a file, a folder or a scenario'],
    ['an unknown metric', [], { metric: ['p59'] }, 'history has no such metric; did you mean "p50"?'],
    ['another report', [], { report: ['junit'] }, 'history has no such format; use json or markdown'],
    ['no report', [], { report: ['jsno'] }, 'unknown format "jsno"; did you mean "json"?'],
  ])('%s', async (_, names, flags, message) => {
    expect(await problemOf(names, flags)).toContain(message)
  })

  test('a damaged file is an error if named, and skipped in a folder', async () => {
    save('cut.json', renderJson(RESULTS[0]!).slice(0, 1000))
    expect(await problemOf(['cut.json'])).toContain('cut.json: the file is truncated')
  })

  test('a scenario without a baseline or results', async () => {
    save('scenarios/cart.yaml', 'load: { vus: 1, duration: 1s }\nrequests: [{ get: / }]\n')
    expect(await problemOf(['scenarios/cart.yaml'])).toContain('cart is not a file, a folder or a scenario')
  })

  test('a misspelled name gets a suggestion', async () => {
    saveResults()
    expect(await problemOf(['shpo'])).toContain('did you mean "shop"?')
    expect(await problemOf([], { request: ['serach'] })).toContain('did you mean "search"?')
  })

  test('nothing but shards', async () => {
    save('a.json', renderJson(makeShards([1, 2], { seconds: 5 })[0]))
    expect(await problemOf(['a.json'])).toContain('no usable results in a.json')
  })
})

test('nothing else goes to stdout beside a report; others go to files', async () => {
  saveResults()
  await run([], { report: ['json=-', 'markdown=out/trend.md'] })
  expect(JSON.parse(io.written.stdout).scenarios[0].points).toHaveLength(20)
  expect(readFileSync(join(io.cwd, 'out/trend.md'), 'utf8')).toMatch(/^## shop {2}20 results/)
  expect(io.written.stderr).toBe('report written: out/trend.md\n')
})
