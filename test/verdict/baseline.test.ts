import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/errors.js'
import type { Result } from '../../src/stats/result.js'
import { extendBaseline, makeBaseline } from '../../src/verdict/baseline.js'
import { formatBaseline, parseBaseline } from '../../src/verdict/baseline-file.js'
import { compare } from '../../src/verdict/compare.js'
import { SHOP, shopWith, simulate } from './simulate.js'

const result = simulate(SHOP, { seed: 1, seconds: 8 })
const text = formatBaseline(makeBaseline([result]))

describe('the file', () => {
  test('reads at a glance: figures first, then where they come from, then one line a window', async () => {
    const small = simulate(SHOP.slice(0, 2), { seed: 1, seconds: 3 })
    const shown = formatBaseline(makeBaseline([small])).replace(/HIST[^"]*/g, 'HIST')
    await expect(shown).toMatchFileSnapshot('golden/baseline.json')
  })

  test('read and written again it is the same text', () => {
    expect(formatBaseline(parseBaseline(text, 'baselines/shop.json'))).toBe(text)
  })

  test('a comparison with the file comes to the same as one with the result it was made of', () => {
    const baseline = parseBaseline(text, 'baselines/shop.json')
    const slower = simulate(shopWith('details', { medianMs: 20 }), { seed: 2, seconds: 8 })
    const [fromFile, fromResult] = [compare(baseline, slower), compare(result, slower)]
    expect(fromFile.verdict).toBe('regressed')
    expect(JSON.stringify(fromFile)).toBe(JSON.stringify(fromResult))
  })

  test('one of a time when the throughput counted failures is read as it is meant now', () => {
    const failing = simulate(shopWith('search', { errorRatio: 0.25 }), { seed: 1, seconds: 8 })
    const made = makeBaseline([failing])
    const [job] = made.jobs
    const [run] = job!.runs
    const figure = run!.throughput as { value: number; error: number }
    const share = 1 - failing.totals.failed / failing.totals.requests
    const withFailed = { ...figure, value: figure.value / share }
    const jobs = [{ ...job!, runs: [{ ...run!, throughput: withFailed }] }]
    // Old files have the rate of all requests under this name, and no other rate.
    const old = formatBaseline({ ...made, jobs }).replace(
      /"throughput": [\d.]+, "requestRate": ([\d.]+)/g,
      '"throughput": $1',
    )
    expect(old).not.toContain('requestRate')
    const read = parseBaseline(old, 'x.json')
    expect(read.totals.throughput).toBeCloseTo(failing.totals.throughput, 6)
    expect((read.jobs[0]!.runs[0]!.throughput as typeof figure).value).toBeCloseTo(figure.value, 6)
    expect(compare(read, failing).metrics.find(({ metric }) => metric === 'throughput')?.change).toBeCloseTo(
      0,
    )
  })

  test('names that mean something to JSON or JavaScript survive', () => {
    const odd = ['__proto__', 'a "quote"\n', '\u001b[31mred'].map((name) => ({ ...SHOP[0]!, name }))
    const baseline = makeBaseline([simulate(odd, { seed: 1, seconds: 2 })])
    const names = parseBaseline(formatBaseline(baseline), 'x.json').requests.map((request) => request.name)
    expect(names).toEqual(odd.map(({ name }) => name))
  })
})

describe('a damaged file is named, with what is wrong and what to do', () => {
  interface File {
    requests: unknown[]
    windows: { seconds: unknown[][] }[]
    startedAt: string
  }
  const damage = (change: (file: File) => void) => {
    const file = JSON.parse(text) as File
    change(file)
    return JSON.stringify(file)
  }
  const firstRow = ({ windows }: File): unknown[] => windows[0]!.seconds[0]!
  const replace = (index: number, change: (value: unknown) => unknown) =>
    damage((file) => {
      const row = firstRow(file)
      row[index] = change(row[index])
    })
  const without = (key: keyof File) => JSON.stringify({ ...JSON.parse(text), [key]: undefined })

  test.each<[string, string, string]>([
    ['empty', '', 'the file is empty'],
    ['cut off', text.slice(0, text.length / 2), 'the file is truncated'],
    ['cut off by its last brace', text.trimEnd().slice(0, -1), 'the file is truncated'],
    ['with merge markers', `<<<<<<< HEAD\n${text}`, 'not valid JSON'],
    ['a list', '[]', 'the file is not an object'],
    ['without a schema', '{}', 'schema is missing'],
    ['a result', JSON.stringify(result), 'its schema is "perfctl/result@1", not perfctl/baseline@1'],
    ['of a later version', text.replace('baseline@1', 'baseline@2'), 'from a newer perfctl'],
    ['without windows', without('windows'), 'windows is missing'],
    ['without its environment', without('startedAt'), 'startedAt is missing'],
    ['with a request less', damage((file) => void file.requests.pop()), 'windows do not belong to requests'],
    ['with a word for a number', replace(2, () => 'many'), 'windows[0].seconds[0][2] is not a whole number'],
    ['with a short row', damage((file) => void firstRow(file).pop()), 'windows[0].seconds[0] is not [start'],
    ['with a negative start', replace(0, () => -1), 'windows[0].seconds[0][0] is not 0 or more'],
    [
      'with a cut histogram',
      replace(4, (value) => String(value).slice(0, 80)),
      'windows[0].seconds[0][4] is damaged: the histogram is truncated',
    ],
    ['with another histogram', replace(4, () => 'aGVsbG8gd29ybGQ='), 'is damaged: not an HdrHistogram V2'],
    ['with an empty histogram', replace(4, () => ''), 'holds 0 latencies, but its window counts'],
    [
      'with a figure edited by hand',
      text.replace(/"p95": \d+\.?\d*/, '"p95": 1'),
      'totals.p95 is 1, but the histograms say',
    ],
  ])('%s', (_, damaged, message) => {
    const error = caught(() => parseBaseline(damaged, 'baselines/shop.json'))
    expect(error.kind).toBe('usage')
    expect(error.message).toContain('baselines/shop.json: ')
    expect(error.message).toContain(message)
    expect(error.problems[0]?.hint).toContain('perfctl baseline update')
  })

  test('wherever it is cut', () => {
    for (let length = 0; length < text.trimEnd().length; length += 97) {
      expect(() => parseBaseline(text.slice(0, length), 'x.json')).toThrow(UserError)
    }
  })
})

describe('no baseline is made of', () => {
  const healthy = result.generator
  test.each<[string, Partial<Result>, string]>([
    ['an interrupted run', { interrupted: true }, 'the run was interrupted'],
    ['a run that ended in an error', { verdict: 'error' }, 'no request succeeded'],
    [
      'a saturated generator',
      { generator: { ...healthy, saturated: true, reasons: ['late'] } },
      'bottleneck (late)',
    ],
    [
      'failures only',
      simulate([{ ...SHOP[0]!, errorRatio: 1 }], { seed: 1, seconds: 2 }),
      'no request succeeded',
    ],
    [
      'a result without windows',
      { requests: result.requests.map((each) => ({ ...each, windows: [] })) },
      'has no windows',
    ],
  ])('%s', (_, change, message) => {
    const error = caught(() => makeBaseline([{ ...result, ...change }]))
    expect(error.message).toContain('no baseline was made of "shop"')
    expect(error.message).toContain(message)
  })
})

function caught(action: () => unknown): UserError {
  try {
    action()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('jobs', () => {
  const at = (seed: number, startedAt: string): Result => {
    const made = simulate(SHOP, { seed, seconds: 8 })
    return { ...made, startedAt, runs: made.runs.map((run) => ({ ...run, startedAt })) }
  }
  const [first, second] = [at(1, '2026-03-01T10:00:00.000Z'), at(2, '2026-03-02T10:00:00.000Z')]
  const runsOf = (results: readonly [Result, ...Result[]]) =>
    makeBaseline(results).jobs.map(({ runs }) => runs.length)

  test('runs within an hour are one, others are their own', () => {
    expect(runsOf([first, second])).toEqual([1, 1])
    expect(runsOf([first, at(3, '2026-03-01T10:59:59.000Z'), second])).toEqual([2, 1])
  })

  test('the same result given again, today or after others, counts once', () => {
    expect(runsOf([first, first])).toEqual([1])
    const baseline = makeBaseline([first, second])
    expect(extendBaseline(baseline, [first]).jobs).toEqual(baseline.jobs)
    const read = parseBaseline(formatBaseline(baseline), 'baselines/shop.json')
    expect(extendBaseline(read, [second]).jobs).toEqual(read.jobs)
  })

  test('another run of the same moment, as of another machine, is another run', () => {
    expect(runsOf([first, at(2, first.startedAt)])).toEqual([2])
  })
})
