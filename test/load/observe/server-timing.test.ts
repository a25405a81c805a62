import { describe, expect, test } from 'vitest'
import { readServerTiming } from '../../../src/load/observe/server-timing.js'

function read(header: string): [string, number][] {
  const found: [string, number][] = []
  readServerTiming(header, (ms, text, start, end) => found.push([text.slice(start, end), ms]))
  return found
}

describe('the Server-Timing header', () => {
  test.each<[string, [string, number][]]>([
    ['db;dur=53', [['db', 53]]],
    [
      'db;dur=53.2, app;dur=47.2',
      [
        ['db', 53.2],
        ['app', 47.2],
      ],
    ],
    ['cache;desc="Cache Read";dur=23.2', [['cache', 23.2]]],
    [
      'cache;desc="a, b;dur=1";dur=2, db;dur=3',
      [
        ['cache', 2],
        ['db', 3],
      ],
    ],
    ['cache;desc="a \\" b, c;dur=9";dur=2', [['cache', 2]]],
    [
      ' \tdb ; dur = 1.5 ;desc=x ,\tapp;DUR="2"',
      [
        ['db', 1.5],
        ['app', 2],
      ],
    ],
    ['db;dur=1;dur=2', [['db', 1]]],
    [
      'db;dur=.5, a;dur=5., b;dur=1e3, c;dur=1.5E-1',
      [
        ['db', 0.5],
        ['a', 5],
        ['b', 1000],
        ['c', 0.15],
      ],
    ],
    ['db;dur=0.1234567890123456789', [['db', 0.12345678901234568]]],
    ['db;dur=0', [['db', 0]]],
    [
      'db;dur=1, db;dur=2',
      [
        ['db', 1],
        ['db', 2],
      ],
    ],
    [
      '__proto__;dur=1, constructor;dur=2, a.b;dur=3',
      [
        ['__proto__', 1],
        ['constructor', 2],
        ['a.b', 3],
      ],
    ],
    [`${'n'.repeat(64)};dur=1`, [['n'.repeat(64), 1]]],
    [',,db;dur=1,,', [['db', 1]]],
  ])('%s', (header, timings) => {
    expect(read(header)).toEqual(timings)
  })

  test.each([
    ['nothing', ''],
    ['only spaces', '  '],
    ['no duration', 'miss, cache;desc="hit"'],
    ['a negative duration', 'db;dur=-1'],
    ['a positive sign', 'db;dur=+1'],
    ['not a number', 'db;dur=NaN'],
    ['infinity', 'db;dur=Infinity, app;dur=1e999'],
    ['hexadecimal', 'db;dur=0x10'],
    ['an empty duration', 'db;dur=, app;dur, c;dur=""'],
    ['a unit', 'db;dur=12ms'],
    ['two points', 'db;dur=1.2.3'],
    ['a point alone', 'db;dur=.'],
    ['a second duration after a broken one', 'db;dur=x;dur=1'],
    ['a name in quotes', '"db";dur=1'],
    ['no name', ';dur=1'],
    ['a name with a space', 'my db;dur=1'],
    ['an overlong name', `${'n'.repeat(65)};dur=1`],
    ['text behind the duration', 'db;dur=1 x'],
    ['an open quote', 'db;desc="open;dur=1, app;dur=2'],
    ['a backslash at the end', 'db;desc="x\\'],
    ['an equals sign alone', '='],
  ])('with %s has no timing', (_, header) => {
    expect(read(header)).toEqual([])
  })

  test('loses only the entry that is broken', () => {
    expect(read('a;dur=1, b;dur=-1, "c";dur=1, d d;dur=2, e;dur=5, f;desc="')).toEqual([
      ['a', 1],
      ['e', 5],
    ])
  })

  test('of any bytes is read to its end', () => {
    let seed = 1
    const next = (below: number) => {
      seed = (seed * 48271) % 2147483647
      return seed % below
    }
    const letters = 'db;dur=1,"\\ \t.e+-x\u00ff'
    for (let round = 0; round < 20_000; round++) {
      const header = Array.from({ length: next(30) }, () => letters[next(letters.length)]).join('')
      for (const [name, ms] of read(header)) {
        expect(name).not.toBe('')
        expect(ms >= 0 && Number.isFinite(ms), header).toBe(true)
      }
    }
  })
})
