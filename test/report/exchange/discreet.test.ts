import { expect, test } from 'vitest'
import { withEncodings } from '../../../src/base/secret-texts.js'
import { redactHeader, secretsIn } from '../../../src/report/exchange/discreet.js'

test.each([
  ['accept', 'text/html', 'text/html'],
  ['authorization', 'Bearer abc.def', 'Bearer [redacted]'],
  ['authorization', 'abc.def', '[redacted]'],
  ['x-api-key', 'abcdef', '[redacted]'],
  ['cookie', 'sid=abc; theme=dark', 'sid=[redacted]; theme=[redacted]'],
  ['set-cookie', 'sid=abc=; Path=/; HttpOnly', 'sid=[redacted]; Path=/; HttpOnly'],
  ['set-cookie', 'abc', '[redacted]'],
])('%s: %s is shown as %s', (name, value, shown) => {
  expect(redactHeader(name, value)).toBe(shown)
})

test('what a header hides is a secret everywhere', () => {
  const login = Buffer.from('ann:open sesame').toString('base64')
  expect(secretsIn(['accept', 'x', 'authorization', `Basic ${login}`, 'cookie', 'sid=abc; b=c=d'])).toEqual([
    login,
    'ann:open sesame',
    'open sesame',
    'abc',
    'c=d',
  ])
})

test('a secret is recognized in each encoding', () => {
  expect(withEncodings(['a "b"&c', 'plain'])).toEqual([
    'a "b"&c',
    'a%20%22b%22%26c',
    'a+%22b%22%26c',
    'a \\"b\\"&c',
    'YSAiYiImYw==',
    'plain',
    'cGxhaW4=',
  ])
})
