import { describe, expect, test } from 'vitest'
import { isExplosive, Pattern, SlowPatternError } from '../../src/base/pattern.js'
import { literalStart, regexCost, stepsFor } from '../../src/base/regex-cost.js'

describe('the cost of a search', () => {
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
  ])('%s is exponential', (source) => {
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
    // The search reads on to the end of the line from each place it starts at.
    ['.*a', [1]],
    ['value="(.*?)"', [8]],
    ['.*a.*b', [1, 2]],
    ['(\\w+) \\1', [3]],
  ])('%s is polynomial', (source, loops) => {
    const cost = regexCost(source)
    expect(cost.isExponential).toBe(false)
    expect([...cost.loops].sort()).toEqual(loops)
  })

  test('counts a start at each place where its first characters occur', () => {
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

  test('an expression too large to analyze is assumed to be exponential', () => {
    const words = Array.from({ length: 400 }, (_, i) => `word${i}`).join('|')
    expect(regexCost(`(?:${words})+x`).isExponential).toBe(true)
  })
})

describe('a pattern', () => {
  test('finds the same as JavaScript', () => {
    const pattern = new Pattern('id=(\\d)')
    const text = 'id=1 id=2 id=3'
    expect(pattern.test(text, 1000)).toBe(true)
    expect(pattern.matches(text, { onlyFirst: true, leftMs: 1000 })).toEqual(['1'])
    expect(pattern.matches(text, { onlyFirst: false, leftMs: 1000 })).toEqual(['1', '2', '3'])
    expect(new Pattern('d=').matches(text, { onlyFirst: true, leftMs: 1000 })).toEqual(['d='])
    expect(pattern.matches('none', { onlyFirst: true, leftMs: 1000 })).toEqual([])
  })

  test('finds the same if it could be slow', () => {
    const pattern = new Pattern('^(a+)+!')
    expect(pattern.test(`${'a'.repeat(100)}!`, 1000)).toBe(true)
    expect(pattern.matches(`${'a'.repeat(100)}!`, { onlyFirst: true, leftMs: 1000 })).toEqual([
      'a'.repeat(100),
    ])
  })

  test('is stopped if it never ends, and gets less time from then on', () => {
    const text = `${'a'.repeat(60)}!`
    const search = () => new Pattern('^(a+)+$').test(text, 1000)
    expect(search).toThrow(SlowPatternError)
    expect(search).toThrow('the pattern ^(a+)+$ took longer than 20ms on this response')
    const begun = performance.now()
    for (let i = 0; i < 50; i++) expect(search).toThrow(SlowPatternError)
    // With a second each, it would take 50 s.
    expect(performance.now() - begun).toBeLessThan(25_000)
  })

  test('gets only the time that the request has left', () => {
    const begun = performance.now()
    expect(() => new Pattern('^(b+)+$').test(`${'b'.repeat(60)}!`, -5)).toThrow(SlowPatternError)
    expect(performance.now() - begun).toBeLessThan(900)
  })
})
