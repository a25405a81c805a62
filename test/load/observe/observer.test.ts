import { expect, test } from 'vitest'
import { Observer } from '../../../src/load/observe/observer.js'
import { ResponseHead } from '../../../src/load/response/response.js'
import { Sheet } from '../../../src/stats/sheet.js'
import { Tally } from '../../../src/stats/tally.js'

type Field = readonly [name: string, value: string]

/** What is recorded of heads that share the fields that are the same object, as successive ones do. */
function recorded(heads: readonly (readonly Field[])[]) {
  const sheet = new Sheet(1)
  const observer = new Observer({ serverTiming: 'all', cache: true })
  for (const fields of heads) observer.record(sheet.row(0), new ResponseHead(fields))
  const tally = new Tally(1)
  tally.addSheet(sheet.take())
  const { cacheHits, cacheMisses, timings } = tally.get(0)
  return { cacheHits, cacheMisses, timings: [...timings].map(([name, { count }]) => [name, count]) }
}

const TYPE: Field = ['content-type', 'text/plain']
const HIT: Field = ['x-cache', 'HIT']
const DB: Field = ['server-timing', 'db;dur=1']

test('what a head shares with the one before is recorded again', () => {
  const id = (value: string): Field => ['x-request-id', value]
  expect(
    recorded([
      [TYPE, id('1'), HIT, DB],
      [TYPE, id('2'), HIT, DB],
      [TYPE, id('3'), HIT, DB],
    ]),
  ).toEqual({ cacheHits: 3, cacheMisses: 0, timings: [['db', 3]] })
})

test('what differs from the head before is read', () => {
  expect(
    recorded([
      [TYPE, HIT, DB],
      [TYPE, ['x-cache', 'MISS'], DB],
      [TYPE, HIT, ['server-timing', 'api;dur=1']],
      // Another field in the place of one that mattered, one more, and one less.
      [TYPE, ['x-other', ''], ['server-timing', 'api;dur=1']],
      [TYPE, HIT, DB, ['server-timing', 'api;dur=1']],
      [TYPE, HIT],
      [TYPE, ['age', '0']],
      [TYPE, ['age', '7']],
      [TYPE, ['cache-status', 'a; fwd=miss']],
    ]),
  ).toEqual({
    cacheHits: 5,
    cacheMisses: 3,
    timings: [
      ['db', 3],
      ['api', 3],
    ],
  })
})
