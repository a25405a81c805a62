import { expect, test } from 'vitest'
import { guessUrl } from '../../src/commands/url-guess.js'

test.each([
  ['localhost', 'http://localhost'],
  ['localhost:3000/x', 'http://localhost:3000/x'],
  ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['10.0.0.7/health?deep=1', 'http://10.0.0.7/health?deep=1'],
  ['[::1]:3000/', 'http://[::1]:3000/'],
  ['shop:8080', 'http://shop:8080'],
  ['shop.internal/x', 'http://shop.internal/x'],
  ['example.com/path', 'https://example.com/path'],
  ['example.com/?q=1', 'https://example.com/?q=1'],
  ['example.com:8080', 'http://example.com:8080'],
  ['example.com:8443/x', 'https://example.com:8443/x'],
  ['localhost:443', 'https://localhost:443'],
])('%s is %s', (text, url) => {
  expect(guessUrl(text)).toBe(url)
})

test.each([
  'search.yaml',
  'scenarios/serach.yaml',
  'example.com/search.yml',
  'result.json',
  'scenarios/search',
  './localhost',
  '../a.b/c',
  'search',
  'demo',
  'C:/scenarios/a',
  'localhost:99999',
  'not a host:80',
  '-k',
  '',
])('%j is the name of a file', (text) => {
  expect(guessUrl(text)).toBeNull()
})
