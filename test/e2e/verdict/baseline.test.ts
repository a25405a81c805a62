import * as hdr from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { startSession } from '../session.js'
import { answerAfter, countAll, startTarget, type Target } from '../target.js'

/** A service with two paths, one of which can be made slower while it runs. */
async function startShop(): Promise<Target & { slowMs: number }> {
  const knobs = { slowMs: 0 }
  const target = await startTarget((request, response) => {
    const extraMs = request.url === '/search' ? knobs.slowMs : 0
    answerAfter(40 + Math.random() * 10 + extraMs)(request, response)
  })
  return Object.assign(knobs, target)
}

/** Limits so wide that only a disaster or a code change can break them, because the machine is shared. */
function scenario(url: string): string {
  return `
name: shop
target: ${url}
load: { vus: 8, duration: 9s }
requests:
  - { name: search, weight: 2, get: /search }
  - { name: details, get: /details }
baseline:
  tolerance: { p50: 60%, p95: 80%, p99: 200%, throughput: 60% }
`
}

describe.concurrent('the gate', () => {
  test('the same code passes, slower code fails and is named', async () => {
    const shop = await startShop()
    const session = startSession({ 'shop.yaml': scenario(shop.url) })
    const update = await session.perfctl(['baseline', 'update', 'shop.yaml'])
    expect(update).toMatchObject({ code: 0 })
    expect(update.stderr).toContain('baseline written: baselines/shop.json')

    const same = await session.perfctl(['run', 'shop.yaml', '--require-baseline'])
    expect(same.code, same.stdout).toBe(0)

    shop.slowMs = 120
    const slower = await session.perfctl(['run', 'shop.yaml', '--report', 'junit=gate.xml'])
    expect(slower.code, slower.stdout).toBe(1)
    const result = session.results().at(-1)!
    expect(result.verdict).toBe('regressed')
    const regressed = result.comparison!.metrics.filter(({ verdict }) => verdict === 'regressed')
    expect(new Set(regressed.map(({ request }) => request))).not.toContain('details')
    expect(result.comparison!.metrics[0]).toMatchObject({ request: 'search', verdict: 'regressed' })
    expect(slower.stdout).toMatch(/^✗ Regressed: .*search/)
    expect(session.read('gate.xml')).toMatch(/<failure/)

    // The same verdict from the files alone, without sending anything.
    session.write('slow.json', JSON.stringify(result))
    const sent = countAll(shop)
    const compared = await session.perfctl(['compare', 'baselines/shop.json', 'slow.json'])
    expect(compared.code).toBe(1)
    expect(countAll(shop)).toBe(sent)
  }, 120_000)

  test('a result can become the baseline, and the baseline lists and shows what it holds', async () => {
    const shop = await startShop()
    const session = startSession({ 'shop.yaml': scenario(shop.url) })
    await session.perfctl(['run', 'shop.yaml', '--report', 'json=run.json'])
    expect(await session.perfctl(['baseline', 'update', '--from', 'run.json'])).toMatchObject({ code: 0 })
    const list = await session.perfctl(['baseline', 'list'])
    expect(list.stdout).toContain('baselines/shop.json')
    const show = await session.perfctl(['baseline', 'show', 'shop'])
    expect(show.stdout).toContain('search')
    expect(show.stdout).toMatch(/1 job \(1 run\) of 9s, 8\s+users for\s+9s/)
    expect(await session.perfctl(['compare', 'run.json', 'baselines/shop.json'])).toMatchObject({ code: 0 })
  })
})

describe.concurrent('a missing or invalid baseline', () => {
  async function startQuick() {
    const target = await startTarget(answerAfter(0))
    const session = startSession({
      'quick.yaml': `target: ${target.url}\nload: { iterations: 30 }\nrequests: [{ get: / }]\n`,
    })
    return { target, session }
  }

  test('without one the run passes and says how to make one', async () => {
    const { session } = await startQuick()
    const { code, stdout } = await session.perfctl(['run', 'quick.yaml'])
    expect(code).toBe(0)
    expect(stdout).toContain('perfctl baseline update quick.yaml')
    expect(session.exists('baselines')).toBe(false)
  })

  test('--require-baseline without one sends nothing', async () => {
    const { session, target } = await startQuick()
    const { code, stderr } = await session.perfctl(['run', 'quick.yaml', '--require-baseline'])
    expect(code).toBe(2)
    expect(stderr).toContain('baselines/quick.json does not exist')
    expect(stderr).toContain('perfctl baseline update quick.yaml')
    expect(countAll(target)).toBe(0)
  })

  test('one of another load is refused before anything is sent', async () => {
    const { session, target } = await startQuick()
    await session.perfctl(['baseline', 'update', 'quick.yaml'])
    const sent = countAll(target)
    const { code, stderr } = await session.perfctl(['run', 'quick.yaml', '-u', '2', '-d', '1s'])
    expect(code).toBe(2)
    expect(stderr).toContain('was measured with another scenario')
    expect(stderr).toContain('--no-baseline')
    expect(countAll(target)).toBe(sent)
    expect(
      await session.perfctl(['run', 'quick.yaml', '-u', '2', '-d', '1s', '--no-baseline']),
    ).toMatchObject({
      code: 0,
    })
  })

  test.for([
    { name: 'cut off', spoil: (text: string) => text.slice(0, text.length / 2) },
    { name: 'of a newer version', spoil: (text: string) => text.replace('baseline@1', 'baseline@9') },
    { name: 'edited by hand', spoil: (text: string) => text.replace(/"p95": [\d.]+/, '"p95": 9999') },
    { name: 'empty', spoil: () => '' },
  ])('one that is $name is refused with its name and a hint', async ({ spoil }) => {
    const { session, target } = await startQuick()
    const update = await session.perfctl(['baseline', 'update', 'quick.yaml'])
    expect(update.code, update.stderr).toBe(0)
    const text = session.read('baselines/quick.json')
    session.write('baselines/quick.json', spoil(text))
    const sent = countAll(target)
    const { code, stderr } = await session.perfctl(['run', 'quick.yaml'])
    expect(code).toBe(2)
    expect(stderr).toContain('baselines/quick.json')
    expect(stderr).toContain('hint: ')
    expect(countAll(target)).toBe(sent)
  })

  test("a run in which nothing succeeded can't become a baseline", async () => {
    const target = await startTarget((_, response) => void response.writeHead(500).end())
    const session = startSession({
      'down.yaml': `target: ${target.url}\nload: { iterations: 10 }\nrequests: [{ get: / }]\n`,
    })
    const { code, stderr } = await session.perfctl(['baseline', 'update', 'down.yaml'])
    expect(code).not.toBe(0)
    expect(stderr).toContain('no request succeeded')
    expect(session.exists('baselines/down.json')).toBe(false)
  })
})

test('another program decodes the histograms and finds the printed percentiles', async () => {
  hdr.initWebAssemblySync()
  const target = await startTarget(answerAfter(3))
  const session = startSession({
    'file.yaml': `target: ${target.url}\nload: { vus: 4, duration: 2s }\nrequests: [{ get: /a }, { get: /b }]\n`,
  })
  const { stdout } = await session.perfctl(['run', 'file.yaml', '--report', 'json=-'])
  const result = JSON.parse(stdout)
  for (const { latency } of [result.totals, ...result.requests]) {
    const histogram = hdr.decodeFromCompressedBase64(latency.histogram)
    expect(histogram.totalCount).toBe(latency.count)
    for (const [key, percentile] of [
      ['p50', 50],
      ['p95', 95],
      ['p99', 99],
      ['p999', 99.9],
    ] as const) {
      expect(histogram.getValueAtPercentile(percentile) / 1000).toBeCloseTo(latency[key], 6)
    }
  }
  for (const request of result.requests) {
    const counts = request.windows.map(
      (window: { histogram: string }) => hdr.decodeFromCompressedBase64(window.histogram).totalCount,
    )
    expect(counts.reduce((a: number, b: number) => a + b, 0)).toBe(request.latency.count)
  }
  session.write('again.json', stdout)
  const page = await session.perfctl(['report', 'again.json'])
  const p95 = result.totals.latency.p95
  expect(page.stdout).toMatch(new RegExp(`total .*${p95.toPrecision(3).replace('.', '\\.')}ms`))
})
