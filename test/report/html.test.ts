import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { formatLatency, formatRate, formatShare } from '../../src/base/units.js'
import { nextStep } from '../../src/report/advice.js'
import format from '../../src/report/formats/html.js'
import type { Result } from '../../src/stats/result.js'
import { SHOP, simulate } from '../verdict/simulate.js'
import { readTags, readText } from './html/page.js'
import { observed, RESULTS, scaling, withTimeline } from './results.js'

const { passed, failed, regressed, unsure, hostile } = RESULTS
const render = (result: Result) => format.render(result, nextStep(result))

describe('the page', () => {
  test('begins with the verdict in a sentence', () => {
    const { 0: first } = /<h1>.*?<\/h1>/.exec(render(regressed))!
    expect(readText(first)).toMatch(/ Regressed : "details" fails more often: error rate went from 0% to 3% /)
  })

  test('has no script, loads nothing, and its policy forbids both', () => {
    const page = render(regressed)
    const style = /<style>([^<]*)<\/style>/.exec(page)![1]!
    const hash = createHash('sha256').update(style).digest('base64')
    const tags = readTags(page)
    expect(tags.find(({ attributes }) => attributes['http-equiv'] !== undefined)!.attributes['content']).toBe(
      `default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;`,
    )
    expect(tags.filter(({ name }) => ['script', 'link', 'img', 'iframe', 'object'].includes(name))).toEqual(
      [],
    )
    const attributes = tags.flatMap((tag) => Object.keys(tag.attributes))
    expect(attributes.filter((name) => name === 'style' || name === 'src' || name.startsWith('on'))).toEqual(
      [],
    )
    expect(style).not.toMatch(/url\(|@import/)
  })

  test('links only to existing, unique anchors in itself', () => {
    const tags = readTags(render(regressed))
    const ids = tags.flatMap(({ attributes }) => attributes['id'] ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    const links = tags.flatMap(({ attributes }) => [
      ...(attributes['href'] === undefined ? [] : [attributes['href'].replace(/^#/, '')]),
      ...(attributes['aria-labelledby'] ?? '').split(' ').filter((id) => id !== ''),
    ])
    expect(links.length).toBeGreaterThan(8)
    expect(links.filter((id) => !ids.includes(id))).toEqual([])
  })

  test('every chart has a description', () => {
    const charts = readTags(render(failed)).filter(({ attributes }) => attributes['role'] === 'img')
    expect(charts.length).toBeGreaterThan(5)
    for (const { attributes } of charts)
      expect(attributes['aria-label']).toMatch(/^[A-Z][a-z ]+: .*(\d|none)/)
  })

  test('requests that got worse are open, the others folded', () => {
    const folds = readTags(render(regressed)).filter(({ attributes }) => attributes['class'] === 'request')
    expect(folds.map(({ attributes }) => attributes['open'] !== undefined)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  test('the baseline is drawn over the distribution of each compared request', () => {
    const marks = (result: Result) => render(result).match(/<circle class="mark"/g)?.length ?? 0
    expect(marks(regressed)).toBe(9)
    expect(marks(failed)).toBe(0)
  })

  test('with a single request, the baseline is drawn over the distribution of the run too', () => {
    const requests = regressed.requests.slice(0, 1)
    expect(render({ ...regressed, requests }).match(/<circle class="mark"/g)).toHaveLength(6)
  })

  test('has the notes and the next command', () => {
    expect(readText(render(unsure))).toContain('120 arrivals (1.96%) dropped: no virtual user was free')
    expect(readText(render(regressed))).toContain('perfctl baseline update scenarios/shop.yaml')
    expect(readText(render(failed))).toContain('checkout: p95 < 150ms no data ✗ not met')
  })

  test('shows the scenario line by line, cut after a page', () => {
    const source = (text: string | null) =>
      /<pre[^>]*>([^<]*)<\/pre>/.exec(render({ ...passed, scenario: { ...passed.scenario, text } }))?.[1]
    expect(source('a: 1\r\nb:\n\t- "<2>"\n')).toBe('a: 1\nb:\n\\t- &#34;&#60;2&#62;&#34;\n')
    expect(source(null)).toBeUndefined()
    const long = source('name: x\n'.repeat(100_000))!
    expect(long.length).toBeLessThan(51_000)
    expect(long).toMatch(/name: x\n… and 9[\d,]+ more lines\n$/)
  })

  test('a run of five seconds has a point per second', () => {
    const page = render(withTimeline(simulate(SHOP, { seed: 1, seconds: 5 })))
    const line = /<path class="line a" d="M(\d+) [\d.]+l([^"]*)"/.exec(page)!
    expect(line[1]).toBe('100')
    expect(line[2]!.split(' ').filter((_, index) => index % 2 === 0)).toEqual(['200', '200', '200', '200'])
  })

  test('a run without a response still makes a page', () => {
    const nothing = {
      ...passed.totals.latency,
      count: 0,
      histogram: null,
      p50: null,
      p95: null,
      p99: null,
      max: null,
    }
    const page = render({
      ...passed,
      comparison: null,
      timeline: [],
      requests: [],
      totals: {
        ...passed.totals,
        requests: 0,
        latency: nothing,
        serviceTime: nothing,
        timeToFirstByte: nothing,
      },
      error: 'nobody listens on port 3000',
      verdict: 'error',
    })
    expect(readTags(page).some(({ name }) => name === 'svg')).toBe(false)
    expect(readText(page)).toContain('nobody listens on port 3000')
    expect(page).not.toMatch(/NaN|Infinity|undefined|null/)
  })

  test.each(Object.entries(RESULTS))('shows no missing figure as a number, for a %s result', (_, result) => {
    expect(render(result)).not.toMatch(/NaN|Infinity|undefined|>null|object Object/)
  })
})

describe('the charts of a search for a capacity', () => {
  const LOADS = [1, 2, 4, 8, 16, 24, 32, 33, 64]
  const chartsOf = (page: string) =>
    [...page.matchAll(/<figcaption><b>([^<]*)<\/b>(.*?)<\/figcaption>/g)]
      .map(([, title, legend]) => [title, readText(legend!).trim()])
      .slice(0, 3)

  test('have what was carried over what was offered, the bracket shaded in both', () => {
    const page = render(RESULTS.capacity)
    expect(chartsOf(page).slice(0, 2)).toEqual([
      ['Carried and offered', 'offered carried'],
      ['p95 by load', ''],
    ])
    expect(page.match(/class="band"/g)).toHaveLength(2)
  })

  test('have a model if it fits six loads, with their points and its peak', () => {
    const page = render(scaling(LOADS))
    expect(chartsOf(page)[2]).toEqual(['Carried by iterations in progress', 'measured model (USL)'])
    expect(page.match(/<circle class="mark"/g)!.length - marksBeside(page)).toBe(LOADS.length)
    expect(page.match(/<circle class="peak"/g)).toHaveLength(1)
    expect(readText(page)).toMatch(/model, not a measurement.* It peaks at 6\d\d\/s, with 4\d in progress/)
  })

  test('say where a distant peak is, but do not draw it', () => {
    const page = render(scaling([1, 2, 3, 4, 5, 6]))
    expect(page).toContain('<path class="line model"')
    expect(page).not.toContain('<circle class="peak"')
  })

  test.each([
    ['trials at five loads, however many', [1, 1, 2, 2, 4, 4, 8, 8, 16, 16]],
    ['loads that are close to each other', [20, 21, 22, 23, 24, 25, 26]],
  ])('have no model of %s', (_, loads) => {
    expect(render(scaling(loads))).not.toContain('model (USL)')
  })

  /** The marks of the baseline in other charts. */
  function marksBeside(page: string): number {
    return page.split('<h2 id="requests">')[1]!.match(/<circle class="mark"/g)?.length ?? 0
  }
})

describe('charts on one time axis', () => {
  const titles = (page: string) =>
    [...page.matchAll(/<figure class="chart (?:lead|track)">\s*<figcaption><b>([^<]*)/g)].map(
      ([, title]) => title,
    )

  test('have the latency above, then the load, then what the service says and uses', () => {
    expect(titles(render(observed(passed)))).toEqual([
      'Latency over time',
      'Requests per second',
      'Virtual users',
      'Cache hit rate',
      'Server timing db',
      'Server timing render',
      'Cores used by the service',
      'Memory of the service',
      'Throttled per second',
      'Service metric heap',
      'Service metric queue',
    ])
  })

  test('leave out what is unknown, or always 0', () => {
    const { target, ...rest } = observed(passed)
    expect(titles(render(rest)).slice(-1)).toEqual(['Server timing render'])
    const timeline = target!.timeline.map(({ throttledSeconds: _, ...point }) => ({ ...point, cpu: null }))
    const page = titles(render({ ...rest, target: { ...target!, timeline } }))
    expect(page).not.toContain('Throttled per second')
    expect(page).not.toContain('Cores used by the service')
    const silent = target!.timeline.map((point) => ({ ...point, throttledSeconds: 0 }))
    expect(titles(render({ ...rest, target: { ...target!, timeline: silent } }))).not.toContain(
      'Throttled per second',
    )
  })

  test('have the figures of each second, in the order of the charts', () => {
    const result = observed(passed)
    const moments = readMoments(render(result))
    expect(moments).toHaveLength(result.timeline.length)
    const { p50, p95, p99, requests, cacheHits, failed } = result.timeline[3]!
    const share = formatShare(cacheHits! / (requests - failed))
    expect(moments[3]!.slice(0, 4)).toEqual([
      `3s  ·  p50 ${formatLatency(p50)}  ·  p95 ${formatLatency(p95)}  ·  p99 ${formatLatency(p99)}`,
      formatRate(requests),
      '20 users',
      `${share} cached`,
    ])
    expect(moments[3]!.slice(6)).toEqual(['0.80 cores', '103MB', '30.0ms throttled', '13.0MB', '–'])
    expect(moments[4]!.at(-1)).toBe('4')
  })

  test('have as many moments in an hour as a pointer can hit', () => {
    const moments = readMoments(render(anHour()))
    expect(moments).toHaveLength(120)
    expect(moments[60]![0]).toMatch(/^30m12s {2}· /)
  })

  test('have the baseline of the whole run as a line', () => {
    const baselineOf = (metric: string) =>
      regressed.comparison!.metrics.find((row) => row.request === null && row.metric === metric)?.baseline
    expect(baselineOf('throughput')).toBeGreaterThan(0)
    const charts = render(regressed).split('<figure')
    const rate = charts.find((chart) => chart.includes('Requests per second</b>'))!
    expect(rate).toContain('<span class="key level">baseline</span>')
    expect(rate).toMatch(/<line class="level" x2="100%" y1="([\d.]+)" y2="\1"/)
    expect(render(passed)).not.toContain('NaN')
    expect(render({ ...regressed, comparison: null })).not.toContain('class="level"')
  })

  test('never turn names into markup', () => {
    const evil = '</b><img src=x onerror=alert(1)>'
    const result = observed(passed)
    const [first, ...others] = result.requests
    const requests = [{ ...first!, serverTimingWindows: { [evil]: first!.windows } }, ...others]
    const timeline = result.target!.timeline.map((point) => ({ ...point, metrics: { [evil]: 1 } }))
    const page = render({
      ...result,
      requests,
      target: { ...result.target!, metrics: { [evil]: null }, timeline },
    })
    expect(readTags(page).some(({ name }) => name === 'img')).toBe(false)
    expect(titles(page).filter((title) => title!.includes('img'))).toHaveLength(2)
  })

  test('are at most a dozen of server timings, and of service metrics', () => {
    const names = Array.from({ length: 30 }, (_, index) => `t${index}`)
    const result = observed(passed)
    const [first, ...others] = result.requests
    const windows = Object.fromEntries(names.map((name) => [name, first!.windows]))
    const metrics = Object.fromEntries(names.map((name) => [name, 1]))
    const page = titles(
      render({
        ...result,
        requests: [{ ...first!, serverTimingWindows: windows }, ...others],
        target: {
          ...result.target!,
          metrics: Object.fromEntries(names.map((name) => [name, null])),
          timeline: result.target!.timeline.map((point) => ({ ...point, metrics })),
        },
      }),
    )
    expect(page.filter((title) => title!.startsWith('Server timing'))).toHaveLength(12)
    expect(page.filter((title) => title!.startsWith('Service metric'))).toHaveLength(12)
  })
})

/** Returns the figures of each moment. */
function readMoments(page: string): string[][] {
  const [, form] = /<form class="moments[^>]*>([\s\S]*?)<\/form>/.exec(page)!
  return form!
    .split('</label>')
    .slice(0, -1)
    .map((moment) => [...moment.matchAll(/<b>([^<]*)<\/b>/g)].map(([, text]) => text!))
}

describe('a name from outside', () => {
  const BREAKOUTS = [
    '</script><img src=x onerror=alert(1)>',
    '</title></style><script>alert(1)</script>',
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    '<!--',
    ']]><svg/onload=alert(1)>',
    '&lt;b&gt;&#60;i&#62;',
    '${alert(1)}{{7*7}}',
  ]

  test('never becomes an element or an attribute', () => {
    const tame = rename(hostile, (index) => `name ${index}`)
    const evil = rename(hostile, (index) => BREAKOUTS[index % BREAKOUTS.length]!)
    const shape = (page: string) =>
      readTags(page).map(({ name, attributes }) => [name, Object.keys(attributes)])
    expect(shape(render(evil))).toEqual(shape(render(tame)))
  })

  test('is shown as written', () => {
    const text = readText(render(rename(hostile, (index) => BREAKOUTS[index % BREAKOUTS.length]!)))
    for (const name of BREAKOUTS) expect(text).toContain(name)
  })

  test('that would reorder text is escaped', () => {
    expect(render(hostile)).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u0000-\u0008]/)
    expect(readText(render(hostile))).toContain('\\u202eesrever')
  })

  /** Renames every text of the result that a scenario, a service or a file system may choose. */
  function rename(result: Result, nameOf: (index: number) => string): Result {
    const names = new Map(result.requests.map(({ name }, index) => [name, nameOf(index)]))
    return {
      ...result,
      scenario: {
        name: nameOf(0),
        file: nameOf(1),
        hash: nameOf(2),
        load: nameOf(3),
        model: 'closed',
        target: nameOf(4),
        text: `${nameOf(5)}\n${nameOf(6)}`,
      },
      environment: { ...result.environment, cpu: nameOf(5), os: nameOf(6), gitCommit: nameOf(7) },
      startedAt: nameOf(2),
      session: { id: nameOf(3), side: 'a', looks: 1, maxSeconds: 60 },
      generator: { ...result.generator, saturated: true, reasons: [nameOf(4)] },
      totals: {
        ...result.totals,
        errors: result.totals.errors.map((error, index) => ({ ...error, message: nameOf(index) })),
      },
      requests: result.requests.map((request, index) => ({
        ...request,
        name: nameOf(index),
        statuses: { [nameOf(index)]: 1 },
      })),
      thresholds: result.thresholds.map((threshold, index) => ({ ...threshold, expression: nameOf(index) })),
      comparison: {
        ...result.comparison!,
        baseline: nameOf(5),
        notes: [nameOf(6)],
        metrics: result.comparison!.metrics.map((row) => ({
          ...row,
          request: row.request === null ? null : names.get(row.request)!,
          reason: row.reason === null ? null : nameOf(7),
        })),
      },
    }
  }
})

test('an hour of twenty requests is less than 1 MB', () => {
  const page = render(anHour())
  expect(Buffer.byteLength(page)).toBeLessThan(1_000_000)
  expect(readText(page)).toContain(
    'Each point covers 6s: latencies are from its worst second, rates are averages.',
  )
})

test('an hour of fifty requests, with all that can be observed, is less than 2 MB', () => {
  const page = render(observed(anHour(50)))
  expect(Buffer.byteLength(page)).toBeLessThan(2_000_000)
  readTags(page)
})

/** A realistic minute repeated sixty times, compared with a baseline, with a large scenario. */
function anHour(count = 20): Result {
  const minute = withTimeline(simulate([SHOP[0]!], { seed: 1, seconds: 60 }))
  const seconds = Array.from({ length: 3600 }, (_, second) => second)
  // A run of an hour has three hundred windows.
  const windows = Array.from({ length: 300 }, (_, index) => {
    const window = minute.requests[0]!.windows[index % 60]!
    const failed = index % 7
    return { ...window, start: index * 12, duration: 12, requests: window.requests + failed, failed }
  })
  const names = Array.from({ length: count }, (_, index) => `request number ${index}`)
  const metrics = regressed.comparison!.metrics.filter(({ request }) => request === 'search')
  return {
    ...minute,
    scenario: { ...minute.scenario, text: 'name: x\n'.repeat(20_000) },
    comparison: {
      ...regressed.comparison!,
      metrics: names.flatMap((request) => metrics.map((row) => ({ ...row, request }))),
    },
    durationSeconds: 3600,
    timeline: seconds.map((second) => ({ ...minute.timeline[second % 60]!, second, failed: second % 7 })),
    requests: names.map((name) => ({ ...minute.requests[0]!, name, windows })),
  }
}

describe('many requests', () => {
  const [one] = regressed.requests
  const many = (count: number): Result => ({
    ...regressed,
    requests: [
      ...Array.from({ length: count }, (_, n) => ({ ...one!, name: `GET /v2/organisations/${n}/members` })),
      { ...one!, name: 'failing', failed: 5, errorRate: 0.5 },
      ...regressed.requests,
      { ...one!, name: 'never sent', requests: 0, unfinished: 0 },
    ],
  })

  /** Returns the names in the table of requests, from top to bottom. */
  function namesIn(page: string): string[] {
    const [, section] = /aria-labelledby="requests">([\s\S]*?)<\/section>/.exec(page)!
    return [...section!.matchAll(/<th scope="row"[^>]*>(?:<a[^>]*>)?<bdi>([^<]*)/g)].map(([, name]) => name!)
  }

  test('are sorted by regressions, then failures; those never sent are counted', () => {
    const page = render(many(40))
    const names = namesIn(page)
    const worse = regressed.comparison!.metrics.filter(({ verdict }) => verdict === 'regressed')
    const regressions = new Set(worse.map(({ request }) => request).filter((name) => name !== null))
    const first = names.slice(0, names.indexOf('failing'))
    expect(new Set(first)).toEqual(regressions)
    expect(names).not.toContain('never sent')
    expect(readText(page)).toContain('1 request never sent')
  })

  test('a few keep the order of the scenario', () => {
    expect(namesIn(render(regressed))).toEqual(regressed.requests.map(({ name }) => name))
  })

  test('four thousand still fit into a page: all in the table, the worst in detail', () => {
    const page = render(many(4000))
    expect(Buffer.byteLength(page)).toBeLessThan(3_000_000)
    expect(namesIn(page)).toHaveLength(4005)
    expect(page.match(/<details class="request"/g)).toHaveLength(40)
    const tags = readTags(page)
    const ids = new Set(tags.map(({ attributes }) => attributes['id']))
    const links = tags.flatMap(({ attributes }) => attributes['href']?.slice(1) ?? [])
    expect(links.filter((id) => !ids.has(id))).toEqual([])
  })
})

test('a figure that is always 0 has no chart', () => {
  expect(render(passed)).not.toContain('Failures per second')
  expect(render(failed)).toContain('Failures per second')
})
