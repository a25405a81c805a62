import { expect, test } from 'vitest'
import {
  cover,
  isDistinct,
  isSecretField,
  isSecretHeader,
  isSecretName,
  isSecretValue,
  redact,
} from '../../src/base/secrets.js'

test('secrets are redacted wherever they occur', () => {
  expect(redact('a s3cret and s3cret', ['s3cret'])).toBe('a [redacted] and [redacted]')
})

test('longer secrets are redacted first, so that nothing of them is left', () => {
  expect(redact('abcdefgh', ['abcd', 'abcdefgh'])).toBe('[redacted]')
})

test('values too short to distinguish from words are kept', () => {
  expect(redact('a cat', ['cat', ''])).toBe('a cat')
})

test('a secret is text, not a pattern', () => {
  expect(redact('a.*b axxb $& (x', ['a.*b', '$& (x'])).toBe('[redacted] axxb [redacted]')
})

test('a secret that occurs in the replacement does no harm', () => {
  expect(redact('redacted token', ['redacted', 'token'])).toBe('[redacted] [redacted]')
})

test('a covered secret keeps its width', () => {
  expect(cover('x hunter22 y', ['hunter22'])).toBe('x ******** y')
})

test('secrets are recognized by name', () => {
  const names = ['API_TOKEN', 'DB_PASSWORD', 'PASSWD', 'clientSecret', 'API_KEY', 'BASE_URL', 'USER']
  expect(names.filter(isSecretName)).toEqual(names.slice(0, 5))
})

test.each([
  ...['authorization', 'Cookie', 'set-cookie', 'proxy-authorization', 'x-api-key', 'x-auth', 'x-session'],
  ...['x-functions-key', 'x-rapidapi-key', 'x-hub-signature-256', 'x-signature-ed25519', 'x-xsrf-token'],
])('the header %s holds a secret', (name) => {
  expect(isSecretHeader(name)).toBe(true)
})

test.each([
  'accept',
  'idempotency-key',
  'x-token-count',
  'www-authenticate',
  'x-session-expires',
  'x-cache-key',
])('the header %s holds no secret', (name) => {
  expect(isSecretHeader(name)).toBe(false)
})

test.each([
  ...[
    'password',
    'newPassword',
    'password2',
    'password_confirmation',
    'user[password]',
    'passwd',
    'access_token',
  ],
  ...[
    'csrfmiddlewaretoken',
    'clientSecret',
    'API-Key',
    'x-api-key',
    'X-CSRF-Token',
    'pin',
    'otp',
    'ssn',
    'cvv',
  ],
  ...['cardNumber', 'credit_card', 'authorization', 'jwt', 'PHPSESSION_ID', 'passwordHash'],
  ...['PHPSESSID', 'sig', 'adminpwd', 'subscription-key', 'x-key', 'registration[password][first]', 'cookie'],
])('the field %s holds a secret', (name) => {
  expect(isSecretField(name)).toBe(true)
})

test.each([
  ...[
    'tokens',
    'tokens_used',
    'token_count',
    'token_type',
    'password_changed_at',
    'passwordLength',
    'keyword',
  ],
  ...[
    'key',
    'next_page_token',
    'pageToken',
    'shipping',
    'spin',
    'secretary',
    'compass',
    'card',
    'discard',
    'tokenize',
    'maxTokens',
    'sync_token',
    'matrix_key',
    'idempotency-key',
    'session',
    '',
  ],
])('the field %j holds no secret', (name) => {
  expect(isSecretField(name)).toBe(false)
})

test.each<[string, string | number, boolean]>([
  ['token', 3, false],
  ['password', 1234, true],
  ['pin', 1234, true],
  ['card', '4111-1111-1111-1111', true],
  ['card', '4111', false],
  ['password', '', false],
])('the value of %s: %j', (name, value, isSecret) => {
  expect(isSecretValue(name, value)).toBe(isSecret)
})

test.each([
  ['hunter2', true],
  ['correct horse', true],
  ['Pa55word', true],
  ['secret', false],
  ['abcdefghijklmnop', true],
  ['Password', false],
  ['1234567', false],
  ['12345678', true],
  ['ab1', false],
])('%s is distinctive enough to search for: %s', (text, can) => {
  expect(isDistinct(text)).toBe(can)
})

test('a secret can have any length', () => {
  const long = 'x1'.repeat(200_000)
  expect(redact(`a ${long} b`, ['s3cret', long])).toBe('a [redacted] b')
})
