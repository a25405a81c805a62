import { describe, expect, test } from 'vitest'
import { renderErrors, renderRequests } from '../../src/report/figures.js'
import { createStyle } from '../../src/report/style.js'
import { displayWidth } from '../../src/report/width.js'
import type { ErrorCount } from '../../src/stats/result.js'

const page = (width: number) => ({ width, style: createStyle(false), ascii: false })
const LATE = { kind: 'timeout', message: 'no complete response within 10s', count: 3 } as const
const BROKEN = { kind: 'status', message: 'status 503, expected below 400', count: 40 } as const
const MISSING = { kind: 'status', message: 'status 404, expected below 400', count: 14 } as const

function errorsOf(requests: Record<string, readonly ErrorCount[]>) {
  return {
    totals: { errors: [LATE, BROKEN, MISSING] },
    requests: Object.entries(requests).map(([name, errors]) => ({
      name,
      kind: name.startsWith('journey') ? ('journey' as const) : ('request' as const),
      errors,
    })),
  }
}

describe('failures', () => {
  const failed = errorsOf({
    search: [{ ...BROKEN, count: 10 }, LATE],
    'journey of all': [{ ...BROKEN, count: 40 }],
    details: [{ ...BROKEN, count: 30 }, MISSING],
  })

  test('are grouped by kind, each with the message and the request it came from most often', () => {
    expect(renderErrors(failed, page(80))).toBe(
      [
        'failures  count  for example',
        'status       54  details: status 503, expected below 400 (and 1 other message)',
        'timeout       3  search: no complete response within 10s',
      ].join('\n'),
    )
  })

  test('on a narrow page are wrapped between words', () => {
    expect(renderErrors(failed, page(40))).toBe(
      [
        'failures  count  for example',
        'status       54  details: status 503,',
        '                 expected below 400 (and',
        '                 1 other message)',
        'timeout       3  search: no complete',
        '                 response within 10s',
      ].join('\n'),
    )
  })

  test('of a single request do not name it', () => {
    expect(renderErrors(errorsOf({ search: [BROKEN] }), page(80))).not.toContain('search')
  })

  test('with endless messages are cut to fit the page', () => {
    const endless = { ...LATE, message: 'the answer was not what it should have been, '.repeat(20) }
    const text = renderErrors({ totals: { errors: [endless] }, requests: [] }, page(40))
    const lines = text.split('\n')
    expect(lines).toHaveLength(4)
    expect(lines.at(-1)).toMatch(/…$/)
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(40)
  })
})

describe('very many requests', () => {
  const request = (name: string, changes: object = {}) => ({
    name,
    ...{ requests: 10, failed: 0, errorRate: 0, throughput: 1, requestRate: 1 },
    latency: { p50: 1, p95: 2, p99: 3, max: 4 },
    ...changes,
  })
  const slow = { latency: { p50: 1, p95: 900, p99: 901, max: 902 } }
  const some = Array.from({ length: 4000 }, (_, n) => request(`GET /organisations/${n}/members`))
  const worst = [request('failing', { failed: 9, errorRate: 0.9 }), request('slow', slow)]
  const busy = request('busy', { requests: 5000 })
  const regressed = { request: 'GET /organisations/77/members', verdict: 'regressed' }
  const all = {
    requests: [...some.slice(0, 2000), ...worst, busy, ...some.slice(2000)],
    totals: request('total'),
    comparison: { metrics: [regressed] } as never,
  }

  test('are reduced to the worst and the busiest, with how many are left out', () => {
    const lines = renderRequests(all, { ...page(80), isUnbounded: true }).split('\n')
    for (const name of ['failing', 'slow', 'busy', 'GET /organisations/77/members', 'total'])
      expect(lines.filter((line) => line.startsWith(name))).toHaveLength(1)
    expect(lines.slice(1, 21)).toHaveLength(20)
    expect(lines[21]).toMatch(/^total/)
    expect(lines.slice(22).join(' ')).toMatch(/^3,983 more requests not shown; .*saved result/)
  })

  test('are all shown up to forty', () => {
    const lines = renderRequests({ ...all, requests: some.slice(0, 40) }, page(80)).split('\n')
    expect(lines).toHaveLength(42)
  })
})
