import { expect, test } from 'vitest'
import { type Column, renderTable } from '../../src/report/table.js'
import { displayWidth, truncate, wrap } from '../../src/report/width.js'

const COLUMNS: readonly Column[] = [
  { title: 'request', isFlexible: true },
  { title: 'count', align: 'right', expendable: 1 },
  { title: 'p95', align: 'right' },
]
const ROWS = [
  ['a request with a long name', '1,234', '4.10ms'],
  ['检索服务', '7', '12.0ms'],
]

test('figures are right-aligned, names left-aligned, without trailing spaces', () => {
  expect(renderTable(COLUMNS, ROWS, { width: 80 })).toBe(
    [
      'request                     count     p95',
      'a request with a long name  1,234  4.10ms',
      '检索服务                        7  12.0ms',
    ].join('\n'),
  )
})

test('a narrow page shortens the name first', () => {
  expect(renderTable(COLUMNS, ROWS, { width: 30 }).split('\n')[1]).toBe('a reque…ng name  1,234  4.10ms')
})

test('then leaves out expendable columns', () => {
  expect(renderTable(COLUMNS, ROWS, { width: 20 }).split('\n')).toEqual([
    'request            p95',
    'a reque…g name  4.10ms',
    '检索服务        12.0ms',
    'columns left out to',
    'fit: count',
  ])
})

test('widths are those of a terminal', () => {
  expect(displayWidth('\u001b[31mred\u001b[0m')).toBe(3)
  expect(displayWidth('检索')).toBe(4)
  expect(displayWidth('e\u0301')).toBe(1)
  expect(truncate('检索服务', 6)).toBe('检索…')
  expect(truncate('fits', 4)).toBe('fits')
})

test('text is wrapped at spaces, and inside words that are longer than a line', () => {
  expect(wrap('one two three', 8)).toBe('one two\nthree')
  expect(wrap('  one two three', 9, '    ')).toBe('  one two\n    three')
  expect(wrap('abcdefghij', 4)).toBe('abcd\nefgh\nij')
})

test('without a width limit, names are complete and no column is left out', () => {
  const narrow = renderTable(COLUMNS, ROWS, { width: 20, isUnbounded: true })
  expect(narrow).toBe(renderTable(COLUMNS, ROWS, { width: 200 }))
  expect(narrow).not.toContain('…')
})

test('a name is whole if it fits, whatever its characters are', () => {
  const columns = [{ title: 'name', isFlexible: true }, { title: 'p95' }]
  for (const name of ['✅✅✅✅ done', 'สวัสดีที่นี่', '👨\u200d👩\u200d👧 family']) {
    expect(renderTable(columns, [[name, '1']], { width: 40 })).toContain(name)
  }
})
