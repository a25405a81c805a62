import { describe, expect, test, vi } from 'vitest'
import { makePlan } from '../../src/plan/make-plan.js'
import { setUp } from '../../src/run/setup.js'
import { readScenario } from '../../src/scenario/read.js'
import { startTarget } from '../e2e/target.js'

/** A service that never responds to `/hang` and fails on `/broken`, and a scenario with these steps around its load. */
async function startAround(steps: string) {
  const target = await startTarget(({ url }, response) => {
    if (url === '/hang') return
    response.statusCode = url === '/broken' ? 500 : 200
    response.end('{"id":7}')
  })
  const scenario = readScenario(`target: ${target.url}\nrequests: [{ get: / }]\n${steps}`, {
    file: 'a.yaml',
    env: {},
  })
  return { target, scenario, plan: makePlan(scenario, { target: target.url, seed: 1, today: 0 }) }
}

const MAKE = '{ post: /things, capture: { id: $.id } }'
const CLEAN = '{ delete: "/things/{{ id }}" }'

describe('after', () => {
  test('cleans up what before made', async () => {
    const { target, scenario, plan } = await startAround(`before: [${MAKE}]\nafter: [${CLEAN}]`)
    const { variables, tearDown } = await setUp(scenario, plan, undefined)
    expect(variables).toEqual({ id: 7 })
    expect(await tearDown()).toBeNull()
    expect(target.seen.counts).toEqual({ 'POST /things': 1, 'DELETE /things/7': 1 })
  })

  test('does so if before fails half way', async () => {
    const { target, scenario, plan } = await startAround(
      `before: [${MAKE}, { get: /broken }]\nafter: [${CLEAN}]`,
    )
    await expect(setUp(scenario, plan, undefined)).rejects.toThrow('before / GET /broken failed: status 500')
    expect(target.seen.counts).toEqual({ 'POST /things': 1, 'GET /broken': 1, 'DELETE /things/7': 1 })
  })

  test('has nothing to do if the first step of before fails', async () => {
    const { target, scenario, plan } = await startAround('before: [{ get: /broken }]\nafter: [{ get: /a }]')
    await expect(setUp(scenario, plan, undefined)).rejects.toThrow('the load was not sent')
    expect(target.seen.counts).toEqual({ 'GET /broken': 1 })
  })

  test('reports what failed, and does not throw', async () => {
    const { scenario, plan } = await startAround('after: [{ get: /broken }]')
    const { tearDown } = await setUp(scenario, plan, undefined)
    expect(await tearDown()).toBe('after / GET /broken failed: status 500')
  })
})

describe('an interruption', () => {
  test('of before skips its other steps, and cleans up', async () => {
    const { target, scenario, plan } = await startAround(
      `before: [${MAKE}, { pause: 1h }, { get: /later }]\nafter: [${CLEAN}]`,
    )
    const stop = new AbortController()
    const setup = setUp(scenario, plan, stop.signal)
    await vi.waitFor(() => expect(target.seen.counts['POST /things']).toBe(1))
    setTimeout(() => stop.abort(), 100)
    const { tearDown } = await setup
    expect(await tearDown()).toBeNull()
    expect(target.seen.counts).toEqual({ 'POST /things': 1, 'DELETE /things/7': 1 })
  })

  test('the second one aborts requests of before and after', async () => {
    const { target, scenario, plan } = await startAround('before: [{ get: /hang }]\nafter: [{ get: /hang }]')
    const first = new AbortController()
    const second = new AbortController()
    const setup = setUp(scenario, plan, first.signal, second.signal)
    await vi.waitFor(() => expect(target.seen.counts['GET /hang']).toBe(1))
    first.abort()
    second.abort()
    expect((await setup).variables).toEqual({})

    const third = new AbortController()
    const after = await setUp({ ...scenario, before: [] }, plan, undefined, third.signal)
    const end = after.tearDown()
    await vi.waitFor(() => expect(target.seen.counts['GET /hang']).toBe(2))
    third.abort()
    expect(await end).toBe('after / GET /hang failed: aborted before a response arrived')
  })
})
