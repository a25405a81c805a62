import { expect, test } from 'vitest'
import type { Exchange } from '../../../src/load/connection.js'
import { Completion, Completions } from '../../../src/load/http/completion.js'

const FAILURE = { kind: 'reset', message: 'gone' } as const

function makeExchanges() {
  const ended: string[] = []
  const exchange = (name: string): Exchange => ({
    ended: (failure) => void ended.push(failure === null ? name : `${name}: ${failure.kind}`),
  })
  return { ended, exchange }
}

function makeTwo() {
  const completions = new Completions()
  return { completions, a: new Completion(completions), b: new Completion(completions) }
}

test('ends are handed on in order, and only after their caller has returned', async () => {
  const { ended, exchange } = makeExchanges()
  const { a, b } = makeTwo()
  a.begin(exchange('a'))
  b.begin(exchange('b'))
  b.end(null)
  a.end(FAILURE)
  expect(ended).toEqual([])
  await Promise.resolve()
  expect(ended).toEqual(['b', 'a: reset'])
})

test('ends that a read brings are handed on when it is over, with those that follow from them', () => {
  const { ended, exchange } = makeExchanges()
  const { completions, a, b } = makeTwo()
  a.begin({
    ended: () => {
      ended.push('a')
      // Sending may read, and fail at once.
      completions.beginRead()
      b.begin(exchange('b'))
      b.end(FAILURE)
      completions.endRead()
      expect(ended).toEqual(['a'])
    },
  })
  completions.beginRead()
  completions.beginRead()
  a.end(null)
  completions.endRead()
  expect(ended).toEqual([])
  completions.endRead()
  expect(ended).toEqual(['a', 'b: reset'])
})

test('a second end, and one after a cancel, are ignored', async () => {
  const { ended, exchange } = makeExchanges()
  const completion = new Completion(new Completions())
  completion.begin(exchange('a'))
  completion.end(null)
  completion.end(FAILURE)
  await Promise.resolve()
  completion.begin(exchange('b'))
  completion.end(null)
  completion.cancel()
  await Promise.resolve()
  expect(ended).toEqual(['a'])
})

test('an exchange that follows a canceled one ends once, in order with others', async () => {
  const { ended, exchange } = makeExchanges()
  const { a, b } = makeTwo()
  a.begin(exchange('given up'))
  b.begin(exchange('b'))
  a.end(null)
  b.end(null)
  a.cancel()
  a.begin(exchange('next'))
  a.end(FAILURE)
  await Promise.resolve()
  expect(ended).toEqual(['next: reset', 'b'])
})

test('an exchange that begins and ends while others are handed on follows them', async () => {
  const { ended, exchange } = makeExchanges()
  const { a, b } = makeTwo()
  a.begin({
    ended: () => {
      ended.push('a')
      a.begin(exchange('a again'))
      a.end(null)
    },
  })
  b.begin(exchange('b'))
  a.end(null)
  b.end(null)
  await Promise.resolve()
  await Promise.resolve()
  expect(ended).toEqual(['a', 'b', 'a again'])
})
