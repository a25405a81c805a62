import { expect, test } from 'vitest'
import { openSink, parseStreamFlag } from '../../../../src/report/live/stream/index.js'
import { readExposition } from './exposition-reader.js'
import { BUSY, makeFrame, makeWorld, RUN } from './frames.js'

async function openEndpoint() {
  const world = makeWorld()
  const watcher = await openSink(parseStreamFlag('prometheus=:0'), world)
  const url = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(world.notices.join())![0]
  return { watcher, url, world }
}

test('the endpoint is announced, and responds until it is closed', async () => {
  const { watcher, url, world } = await openEndpoint()
  expect(world.notices).toEqual([`metrics for Prometheus: ${url}`])
  expect(await (await fetch(url)).text()).toBe('')
  watcher.open(RUN)
  watcher.frame(BUSY)
  const response = await fetch(url)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(readExposition(await response.text()).get('perfctl_vus')!.samples[0]!.value).toBe(5)
  watcher.done(null)
  const after = readExposition(await (await fetch(url)).text())
  expect(after.get('perfctl_vus')!.samples[0]!.value).toBe(0)
  expect(after.get('perfctl_http_reqs_total')!.samples[0]!.value).toBe(4)
  await watcher.close()
  await expect(fetch(url)).rejects.toThrow()
})

test('two runs of a scenario share their counters', async () => {
  const { watcher, url } = await openEndpoint()
  for (let run = 0; run < 2; run++) {
    watcher.open(RUN)
    watcher.frame(makeFrame({ a: { latenciesMs: [1, 2] } }))
    watcher.done(null)
  }
  const families = readExposition(await (await fetch(url)).text())
  expect(families.get('perfctl_http_reqs_total')!.samples[0]!.value).toBe(4)
  await watcher.close()
})

test.each([
  ['GET', '/', 200],
  ['GET', '/metrics?a=b', 200],
  ['HEAD', '/metrics', 200],
  ['POST', '/metrics', 405],
  ['GET', '/other', 404],
])('%s %s gets %i', async (method, path, status) => {
  const { watcher, url } = await openEndpoint()
  expect((await fetch(new URL(path, url), { method })).status).toBe(status)
  await watcher.close()
})

test('a port in use is reported before the load', async () => {
  const { watcher, url } = await openEndpoint()
  const { port } = new URL(url)
  await expect(openSink(parseStreamFlag(`prometheus=${port}`), makeWorld())).rejects.toMatchObject({
    kind: 'usage',
    problems: [{ message: `--stream prometheus=127.0.0.1:${port}: the port is in use` }],
  })
  await watcher.close()
})
