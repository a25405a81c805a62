import { describe, expect, test } from 'vitest'
import { displayWidth, truncate, truncateMiddle, wrap } from '../../src/report/width.js'

describe('a word too long for a line', () => {
  test.each([
    [
      'a path',
      '.perfctl/results/quick-2026-11-21T13-03-01.json',
      ['.perfctl/results/', 'quick-2026-11-21T13-', '03-01.json'],
    ],
    [
      'a URL',
      'http://localhost:3000/api/services?category=plumbing',
      ['http://localhost:', '3000/api/services?', 'category=plumbing'],
    ],
    ['without separators', 'x'.repeat(45), ['x'.repeat(20), 'x'.repeat(20), 'x'.repeat(5)]],
    ['with an early separator only', `a-${'x'.repeat(30)}`, [`a-${'x'.repeat(18)}`, 'x'.repeat(12)]],
    ['of wide characters', '检索服务列表接口检索服务', ['检索服务列表接口检索', '服务']],
  ])('%s', (_, word, lines) => {
    expect(wrap(word, 20).split('\n')).toEqual(lines)
    expect(lines.join('')).toBe(word)
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(20)
  })

  test('is split even where no character fits', () => {
    expect(wrap('检索', 1)).toBe('检\n索')
  })
})

test('words that fit are never broken', () => {
  const text = 'note: 120 arrivals (1.96%) dropped: no virtual user was free; raise maxVus'
  for (let width = 12; width < 90; width++) {
    const words = wrap(text, width, '  ').split(/\s+/)
    expect(words.join(' ')).toBe(text)
  }
})

describe('text shortened in the middle', () => {
  test.each([
    ['GET /api/v2/organisations/{id}/members', 20, 'GET /api/v…}/members'],
    ['short', 20, 'short'],
    ['检索服务列表接口检索服务', 11, '检索服…服务'],
    ['abc', 1, '…'],
  ])('%j in %i columns is %j', (text, width, cut) => {
    expect(truncateMiddle(text, width)).toBe(cut)
  })

  test('is never too wide, and keeps combining marks with their letters', () => {
    const text = 'e\u0301'.repeat(30)
    for (let width = 1; width < 40; width++) {
      const cut = truncateMiddle(text, width)
      expect(displayWidth(cut)).toBeLessThanOrEqual(width)
      expect(cut).not.toMatch(/…\p{Mark}/u)
    }
  })
})

test.each([
  ['\u001b[31mp95 1.2 \u00b5s\u001b[39m', 10],
  ['检索', 4],
  ['한국', 4],
  ['e\u0301', 1],
  ['✅ ⌛', 5],
  ['⚠\ufe0f', 2],
  ['👨\u200d👩\u200d👧', 2],
  ['✓ ✗ ─ …', 7],
  ['a\u0007', 1],
])('%j takes %i columns', (text, width) => {
  expect(displayWidth(text)).toBe(width)
  expect(truncate(text, width)).toBe(text)
})
