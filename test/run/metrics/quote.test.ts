import { describe, expect, test } from 'vitest'
import { makeQuote } from '../../../src/run/metrics/quote.js'
import { observe } from './exporter.js'

/** How a page is quoted that was asked for with these headers. */
function quote(headers: string, text: string, more = ''): string {
  const { metrics, plan, secrets } = observe(
    `{ url: /metrics, headers: ${headers}, take: { heap: heap_bytes } }`,
    {
      target: 'http://127.0.0.1',
      more: `${more}\nbefore: [{ get: /login, capture: { token: $.token, id: $.id } }]`,
    },
  )
  const variables = { token: 'token-of-login', id: { deep: ['id-of-login', 12] } }
  return makeQuote(metrics.request, { ...plan, variables }, secrets)(text)
}

describe('a page is quoted', () => {
  test.each([
    [
      'without secrets of the scenario',
      `{ x-api-key: abcdef123456 }`,
      'got abcdef123456',
      '"got [redacted]"',
    ],
    [
      'without captured values that have a secret name',
      '{ x-job: a }',
      'got token-of-login',
      '"got [redacted]"',
    ],
    [
      'without captured values in the place of a secret',
      "{ x-api-key: '{{ id.deep[0] }}' }",
      'got id-of-login',
      '"got [redacted]"',
    ],
    ['with other captured values', "{ x-job: '{{ id.deep[0] }}' }", 'got id-of-login', '"got id-of-login"'],
    [
      'not at all if a secret is calculated',
      "{ x-api-key: '{{ base64(token) }}' }",
      'anything',
      '"[redacted]"',
    ],
  ])('%s', (_, headers, text, shown) => {
    expect(quote(headers, text)).toBe(shown)
  })

  test('not at all if a row has the secret', () => {
    expect(quote("{ x-api-key: '{{ user }}' }", 'anything', 'data: { user: [alice, bob] }')).toBe(
      '"[redacted]"',
    )
  })

  test('in one line, and short, without a part of a secret at its end', () => {
    const shown = quote('{ x-api-key: abcdef123456 }', `${'x'.repeat(52)}abcdef123456`)
    expect(shown).not.toContain('abc')
    expect(shown.length).toBeLessThan(64)
  })
})
