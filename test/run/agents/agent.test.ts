import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { serveAgent } from '../../../src/run/agents/agent.js'
import type { Order } from '../../../src/run/agents/messages.js'
import { openPair } from '../../../src/run/agents/pair.js'

/** What an agent answers to these orders, until it has left. */
async function answersTo(orders: readonly Order[], signal?: AbortSignal) {
  const [channel, own] = openPair()
  const answers: { type: string; message?: string }[] = []
  own.onLine((line) => answers.push(JSON.parse(line)))
  const hadPart = serveAgent(channel, {
    name: 'one',
    limits: { hosts: null, proxies: [], ratePerSecond: null },
    readJob: () => {
      throw new Error('not asked for')
    },
    ...(signal && { signal }),
  })
  for (const order of orders) own.send(order)
  return { answers, hadPart: await hadPart }
}

test.each<[string, Order, RegExp]>([
  [
    'whose clock was set back before the start',
    { type: 'start', atMs: Date.now() + 90_000 },
    /^its clock jumped: the start would be in 1m2\d/,
  ],
  [
    'that gets a part without its job',
    {
      type: 'assign',
      assignment: {
        target: 'http://h',
        seed: 1,
        today: 0,
        variables: {},
        workers: null,
        steered: null,
        index: 1,
        of: 1,
      },
    },
    /^it got a part of a job without the job$/,
  ],
  [
    'that is told a level but has no load',
    { type: 'level', atMs: 0, level: 10 },
    /^it was told a level that is not of its load$/,
  ],
  [
    'that gets nonsense',
    { type: 'nonsense' } as unknown as Order,
    /^it can't read a message: nonsense is no message/,
  ],
])('an agent %s says so and leaves', async (_, order, message) => {
  const { answers, hadPart } = await answersTo([order])
  expect(answers.map(({ type }) => type)).toEqual(['hello', 'refused'])
  expect(answers[1]!.message).toMatch(message)
  expect(hadPart).toBe(false)
})

test('an agent that is stopped says so, and nothing afterwards', async () => {
  const quit = new AbortController()
  const ended = answersTo([{ type: 'ping', id: 7 }], quit.signal)
  await sleep(100)
  quit.abort()
  const { answers } = await ended
  expect(answers).toMatchObject([
    { type: 'hello' },
    { type: 'pong', id: 7 },
    { type: 'refused', message: 'it was stopped there' },
  ])
})
