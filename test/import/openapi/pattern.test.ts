import { expect, test } from 'vitest'
import { sampleOf } from '../../../src/import/openapi/pattern.js'

test.each([
  ['^[A-Z]{3}-\\d{2,4}$', 'AAA-11'],
  ['^(?:\\{[0-9a-f]{4}\\}|[0-9a-f]{4})$', '{aaaa}'],
  ['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', 'a'],
  ['^\\+?[1-9]\\d{1,14}$', '11'],
  ['^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$', '1111-01-01'],
  ['^\\S+@\\S+\\.\\S+$', 'a@a.a'],
  ['^#(?:[0-9a-fA-F]{3}){1,2}$', '#aaa'],
  ['^[^a-z]$', '1'],
  ['^\\p{Lu}\\p{Ll}+$', 'Aa'],
  ['^(?<year>\\d{4})$', '1111'],
  ['^\\x41\\u0042\\t$', 'AB\t'],
  ['^[a-z]*$', 'a'],
  ['^[a-z]*?b$', 'b'],
  ['^{{x}}$', '{{x}}'],
  ['^(?=.*[A-Z])(?=.*\\d).{8,}$', 'Pa55-word'],
  ['stable|[0-9]+', 'stable'],
  ['^\\u{61}\\p{L}\\d$', 'aa1'],
  ['^(?:a|(b)\\1)\\bx?$', 'a'],
  ['', ''],
])('a text that matches %s is %j', (pattern, text) => {
  expect(sampleOf(pattern)).toBe(text)
  expect(text).toMatch(new RegExp(pattern, /[{]{2}/.test(pattern) ? '' : 'u'))
})

test.each<[string, number, number, string | null]>([
  ['^[a-z]+$', 6, 10, 'aaaaaa'],
  ['^a{2,4}$', 3, 9, 'aaa'],
  ['^a{2}$', 3, 9, null],
  ['^a{2,}$', 0, 1, null],
  ['^[a-z]+$', 300, 400, 'a'.repeat(300)],
])('a text that matches %s with %d to %d characters is %j', (pattern, min, max, text) => {
  expect(sampleOf(pattern, { min, max })).toBe(text)
})

test.each(['(\\w)\\1', '[', '(', 'a{9999}', '^(?!a)b{3}$', `${'('.repeat(100)}a${')'.repeat(100)}`])(
  'of %s there is none',
  (pattern) => {
    expect(sampleOf(pattern)).toBeNull()
  },
)

test.each([
  ['nesting', `${'('.repeat(2400)}a${')'.repeat(2400)}`, 0],
  ['length', 'a'.repeat(100_000), 0],
  ['nested repetitions', '(((a{99}){99}){99}){99}', 0],
  ['repetitions of nothing', `(){${'9'.repeat(400)}}`, 5],
  ['empty parts', '(?:)'.repeat(1200), 1000],
  ['backtracking', '^(?=(a+)+$)(a|a)*b$', 0],
])('a hostile pattern (%s) takes no time', (_, pattern, min) => {
  const start = performance.now()
  expect(sampleOf(pattern, { min, max: 2000 }) ?? '').toBe('')
  expect(performance.now() - start).toBeLessThan(1000)
})
