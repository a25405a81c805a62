import { describe, expect, test } from 'vitest'
import { openRows } from '../../../src/plan/rows.js'
import { type TableOutcome, Tables } from '../../../src/scenario/data/tables.js'

function open(name: string, content: string, options: { delimiter?: string; columns?: string[] } = {}) {
  const tables = new Tables({ read: () => Buffer.from(content) })
  return tables.open({
    file: name,
    delimiter: options.delimiter ?? null,
    columns: options.columns ?? null,
  })
}

function rowsOf(outcome: TableOutcome): unknown[] {
  if ('problems' in outcome) throw new Error(outcome.problems[0]!.message)
  const rows = openRows({ table: outcome.table })
  return Array.from({ length: rows.size }, (_, i) => rows.at(i))
}

describe('the rows of', () => {
  const people = [
    { name: 'ann', age: '30' },
    { name: 'bob', age: '40' },
  ]
  test.each([
    ['a.csv', 'name,age\nann,30\nbob,40\n', {}, people],
    ['a.CSV', 'name, age \nann,30\nbob,40', {}, people],
    ['a.csv', 'name;age\nann;30\nbob;40\n', { delimiter: ';' }, people],
    ['a.csv', 'ann,30\nbob,40\n', { columns: ['name', 'age'] }, people],
    ['a.tsv', 'name\tage\nann\t30\nbob\t40\n', {}, people],
    [
      'a.json',
      ' [ {"a": [1, {"b": "]"}], "c": null} , {"a": "\\"," , "c": 2}\n]\n',
      {},
      [
        { a: [1, { b: ']' }], c: null },
        { a: '",', c: 2 },
      ],
    ],
    ['a.json', '["x", 2, true]', {}, ['x', 2, true]],
    ['a.ndjson', '{"a": 1}\r\n\n  {"a": 2}', {}, [{ a: 1 }, { a: 2 }]],
    ['a.jsonl', '"x"\n"y"\n', {}, ['x', 'y']],
    ['a.json', '[{"id": 1234567890123456789}]', {}, [{ id: 1234567890123456789n }]],
    ['a.jsonl', '-1234567890123456789\n7\n', {}, [-1234567890123456789n, 7]],
  ])('%s', (name, content, options, rows) => {
    expect(rowsOf(open(name, content, options))).toEqual(rows)
  })
})

test('bytes and offsets are in memory that threads share', () => {
  const outcome = open('a.csv', 'x\n1\n')
  if ('problems' in outcome) throw new Error('unexpected')
  expect(outcome.table.bytes.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect(outcome.table.spans.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect(outcome.table.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
})

test('a file is read only once', () => {
  let reads = 0
  const tables = new Tables({ read: () => Buffer.from(`x\n${++reads}\n`) })
  const spec = { file: 'a.csv', delimiter: null, columns: null }
  expect(tables.open(spec)).toBe(tables.open({ ...spec }))
  expect(reads).toBe(1)
})

test.each([
  ['[1, 2', 'the list is not closed'],
  ['[1, 2] 3', 'text follows the list'],
  ['[1,, 2]', 'a.json:1: not valid JSON'],
  ['[1,\n 2,\n]', 'a.json:3: not valid JSON'],
  ['[1,\n null]', 'a.json:2: expected a map or a single value, got null'],
  ['[]', 'has no rows'],
  ['[{"__proto__": 1}]', '"__proto__"'],
])('%j is no list of rows', (content, message) => {
  const outcome = open('a.json', content)
  expect('problems' in outcome && outcome.problems.map((problem) => problem.message).join()).toContain(
    message,
  )
})

test('a gap in a column is known by its first row', () => {
  const outcome = open('a.ndjson', '{"a": 1, "b": 1}\n{"a": 2, "c": 1}\n{"c": 2, "a": 1}\n')
  expect('gaps' in outcome && [...outcome.gaps].sort()).toEqual([
    ['b', 'a.ndjson:2'],
    ['c', 'a.ndjson:1'],
  ])
})

describe('an unreadable first row is the only problem', () => {
  test.each([
    ['a.csv', 'a,b,"c\n1,2,3\n', 'a.csv:1: a quote is not closed'],
    ['a.csv', '"', 'a.csv:1: a quote is not closed'],
    ['a.csv', '\n\na,"b\n1,2\n', 'a.csv:3: a quote is not closed'],
    ['a.csv', '"a""', 'a.csv:1: a quote is not closed'],
    ['a.tsv', 'a\tb\t"', 'a.tsv:1: a quote is not closed'],
    ['a.csv', 'a,b"c\n1,2,3\n4\n', 'a.csv:1: a field contains a quote but does not begin with one'],
    ['a.csv', '"a"b,c\n1\n', 'a.csv:1: text follows a closing quote'],
  ])('%s: %j', (name, content, message) => {
    expect(open(name, content)).toMatchObject({ problems: [{ key: 'file', message }] })
    expect(open(name, content, { columns: ['x', 'y'] })).toMatchObject({ problems: [{ message }] })
  })
})

test.each(['', ' \r\n', '\ufeff', '\ufeff\n'])('%j is an empty file', (content) => {
  expect(open('a.csv', content)).toMatchObject({ problems: [{ message: 'a.csv is empty' }] })
})

test('rows that all have new fields are read in one pass', () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => `{"k${i}":1}`)
  const outcome = open('a.ndjson', rows.join('\n'))
  if ('problems' in outcome) throw new Error('unexpected')
  expect(outcome.gaps.size).toBe(60_000)
  expect(outcome.gaps.get('k0')).toBe('a.ndjson:2')
  expect(outcome.gaps.get('k1')).toBe('a.ndjson:1')
})

test('a header of very many columns is read in one pass', () => {
  const header = Array.from({ length: 300_000 }, (_, i) => `c${i}`).join(',')
  expect(open('a.csv', `${header},c0\n`)).toMatchObject({
    problems: [{ message: 'a.csv:1: duplicate column "c0"' }],
  })
})
