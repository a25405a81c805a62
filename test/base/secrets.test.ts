import { expect, test } from 'vitest'
import { cover, isSecretHeader, isSecretName, redact } from '../../src/base/secrets.js'

test('each secret is taken out wherever it stands', () => {
  expect(redact('a s3cret and s3cret', ['s3cret'])).toBe('a [redacted] and [redacted]')
})

test('the longest goes first, so that nothing of it is left', () => {
  expect(redact('abcdefgh', ['abcd', 'abcdefgh'])).toBe('[redacted]')
})

test('what is too short to be told from words stays', () => {
  expect(redact('a cat', ['cat', ''])).toBe('a cat')
})

test('a secret is text, not a pattern', () => {
  expect(redact('a.*b axxb $& (x', ['a.*b', '$& (x'])).toBe('[redacted] axxb [redacted]')
})

test('a secret that is part of the replacement does no harm', () => {
  expect(redact('redacted token', ['redacted', 'token'])).toBe('[redacted] [redacted]')
})

test('a covered secret keeps its width', () => {
  expect(cover('x hunter22 y', ['hunter22'])).toBe('x ******** y')
})

test('names tell secrets', () => {
  const names = ['API_TOKEN', 'DB_PASSWORD', 'PASSWD', 'clientSecret', 'API_KEY', 'BASE_URL', 'USER']
  expect(names.filter(isSecretName)).toEqual(names.slice(0, 5))
  expect(['authorization', 'cookie', 'proxy-authorization', 'x-api-key'].every(isSecretHeader)).toBe(true)
  expect(isSecretHeader('accept')).toBe(false)
})
