import { describe, expect, test } from 'vitest'
import { isExplosive, Pattern, SlowPatternError } from '../../src/base/pattern.js'
import { literalStart, regexCost, stepsFor } from '../../src/base/regex-cost.js'

describe('what a search can cost', () => {
  test.each([
    '^(a+)+$',
    '(a*)*b',
    '^(a|a)*$',
    '^(?:a|ab?b?)*c',
    '(\\w+\\s?)+$',
    '(x+x+)+y',
    '(a?){50}a{50}',
    '(.*,){11}P',
    '(?=(a+)+b)',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(?:(?<x>[a-c]+)|b)+$',
  ])('%s doubles with each character', (source) => {
    expect(regexCost(source).isExponential).toBe(true)
    expect(isExplosive(source)).toBe(true)
  })

  test.each([
    ['id=(\\d+)', []],
    ['"id":"([a-z]+(?:-[a-z]+)*)"', []],
    ['^(a|b)*$', []],
    ['value="([^"]*)"', []],
    ['(?:\\d{1,3}\\.){3}\\d{1,3}', []],
    ['^\\{', []],
    ['[]a]', []],
    ['[^]', []],
    ['a{,3}\\x41\\u0041\\cA\\0', []],
    // Each place that the search begins at reads on to the end of the line.
    ['.*a', [1]],
    ['value="(.*?)"', [8]],
    ['.*a.*b', [1, 2]],
    ['(\\w+) \\1', [3]],
  ])('%s is searched in a power of the length', (source, loops) => {
    const cost = regexCost(source)
    expect(cost.isExponential).toBe(false)
    expect([...cost.loops].sort()).toEqual(loops)
  })

  test('begins again at each place that its first characters stand', () => {
    expect(literalStart('value="(.*?)"')).toBe('value="')
    expect(literalStart('[ab]c')).toBe('')
    expect(regexCost('value="(.*?)"', true).loops).toEqual([])
  })

  test('grows with the length of the text', () => {
    expect(stepsFor({ isExponential: false, loops: [] }, 1000)).toBe(1000)
    expect(stepsFor({ isExponential: false, loops: [1, 10] }, 1000)).toBe(100_000_000)
    expect(stepsFor({ isExponential: true, loops: [] }, 10)).toBe(1024)
    expect(stepsFor({ isExponential: true, loops: [] }, 1000)).toBe(Number.POSITIVE_INFINITY)
  })

  test('an expression too large to be looked through is taken for the worst', () => {
    const words = Array.from({ length: 400 }, (_, i) => `word${i}`).join('|')
    expect(regexCost(`(?:${words})+x`).isExponential).toBe(true)
  })
})

describe('a pattern', () => {
  test('finds what JavaScript finds', () => {
    const pattern = new Pattern('id=(\\d)')
    const text = 'id=1 id=2 id=3'
    expect(pattern.test(text, 1000)).toBe(true)
    expect(pattern.matches(text, { onlyFirst: true, leftMs: 1000 })).toEqual(['1'])
    expect(pattern.matches(text, { onlyFirst: false, leftMs: 1000 })).toEqual(['1', '2', '3'])
    expect(new Pattern('d=').matches(text, { onlyFirst: true, leftMs: 1000 })).toEqual(['d='])
    expect(pattern.matches('none', { onlyFirst: true, leftMs: 1000 })).toEqual([])
  })

  test('that could be slow finds the same', () => {
    const pattern = new Pattern('^(a+)+!')
    expect(pattern.test(`${'a'.repeat(100)}!`, 1000)).toBe(true)
    expect(pattern.matches(`${'a'.repeat(100)}!`, { onlyFirst: true, leftMs: 1000 })).toEqual([
      'a'.repeat(100),
    ])
  })

  test('that never ends is ended, and then has less time', () => {
    const text = `${'a'.repeat(60)}!`
    const search = () => new Pattern('^(a+)+$').test(text, 1000)
    expect(search).toThrow(SlowPatternError)
    expect(search).toThrow('the pattern ^(a+)+$ took longer than 20ms on this response')
    const begun = performance.now()
    for (let i = 0; i < 50; i++) expect(search).toThrow(SlowPatternError)
    // With a second for each it would take 50.
    expect(performance.now() - begun).toBeLessThan(25_000)
  })

  test('has no more time than is left of the request', () => {
    const begun = performance.now()
    expect(() => new Pattern('^(b+)+$').test(`${'b'.repeat(60)}!`, -5)).toThrow(SlowPatternError)
    expect(performance.now() - begun).toBeLessThan(900)
  })
})
