import { expect, test } from 'vitest'
import { listNeverSent } from '../../src/plan/never-sent.js'

const entries = [
  { name: 'search', weight: 90 },
  { name: 'shop', weight: 10 },
]
const sent = (name: string, requests: number, unfinished = 0) => ({ name, requests, unfinished })

test.each([
  ['long enough to expect seven', [sent('search', 70), sent('shop', 0)], ['shop']],
  ['too short to expect it', [sent('search', 69), sent('shop', 0)], []],
  ['still in flight', [sent('search', 70), sent('shop', 0, 1)], []],
  ['sent once', [sent('search', 70), sent('shop', 1)], []],
  ['nothing was sent', [sent('search', 0), sent('shop', 0)], []],
])('%s', (_, measured, names) => {
  expect(listNeverSent(entries, measured)).toEqual(names)
})
