import { beforeEach, describe, expect, test, vi } from 'vitest'
import { Random } from '../../../src/base/rng.js'
import type { Channel } from '../../../src/run/agents/channel.js'
import { SigningKey } from '../../../src/run/agents/signature.js'
import { openStream } from '../../../src/run/agents/stream.js'
import { stopTime } from '../../fake-time.js'
import { MemoryBroker } from './memory-broker.js'

const KEY = new SigningKey('secret').derive('offer', 'run')

beforeEach(stopTime)

interface Ends {
  readonly broker: MemoryBroker
  readonly one: Channel
  readonly two: Channel
  /** What `two` got, and why it ended. */
  readonly got: unknown[]
  readonly ends: string[]
}

function openEnds({ bytesMax, otherKey = KEY }: { bytesMax?: number; otherKey?: SigningKey } = {}): Ends {
  const broker = new MemoryBroker()
  const options = bytesMax === undefined ? {} : { bytesMax }
  const one = openStream({ broker: broker.connect(options), out: 'there', in: 'here', key: KEY })
  const two = openStream({ broker: broker.connect(options), out: 'here', in: 'there', key: otherKey })
  const got: unknown[] = []
  const ends: string[] = []
  two.onLine((line) => got.push(JSON.parse(line)))
  two.onEnd((reason) => ends.push(reason))
  return { broker, one, two, got, ends }
}

const counted = (count: number) => Array.from({ length: count }, (_, n) => ({ n }))

describe('a stream by way of a broker', () => {
  test('carries messages in order, however long', async () => {
    const { one, got } = openEnds({ bytesMax: 1000 })
    const long = { text: 'ü'.repeat(100_000) }
    one.send({ n: 1 })
    one.send(long)
    one.send({ n: 2 })
    await vi.advanceTimersByTimeAsync(5000)
    expect(got).toEqual([{ n: 1 }, long, { n: 2 }])
  })

  test.each([1, 2, 3])(
    'loses nothing to a broker that loses, repeats and reorders, seed %i',
    async (seed) => {
      const { broker, one, two, got } = openEnds()
      const random = new Random(seed)
      broker.fate = () =>
        random.float() < 0.2 ? [] : random.float() < 0.2 ? [0, random.float() * 30] : [random.float() * 30]
      const back: unknown[] = []
      one.onLine((line) => back.push(JSON.parse(line)))
      for (const message of counted(200)) {
        one.send(message)
        two.send(message)
        await vi.advanceTimersByTimeAsync(10)
      }
      await vi.advanceTimersByTimeAsync(300_000)
      expect(got).toEqual(counted(200))
      expect(back).toEqual(counted(200))
    },
  )

  test('goes on where it was when the broker comes back', async () => {
    const { broker, one, got } = openEnds()
    one.send({ n: 0 })
    await vi.advanceTimersByTimeAsync(100)
    broker.stop()
    expect(one.isUp).toBe(false)
    one.send({ n: 1 })
    one.send({ n: 2 })
    await vi.advanceTimersByTimeAsync(5000)
    expect(got).toEqual(counted(1))
    broker.start()
    await vi.advanceTimersByTimeAsync(50)
    expect(got).toEqual(counted(3))
  })

  test('ends when the broker stays away', async () => {
    const { broker, ends, got } = openEnds()
    broker.stop()
    await vi.advanceTimersByTimeAsync(7000)
    expect(ends).toEqual([])
    await vi.advanceTimersByTimeAsync(1000)
    expect(ends).toEqual(['the broker memory has been away for 7.5s'])
    expect(got).toEqual([])
  })

  test('has few pieces on the way at once', async () => {
    const { broker, one, got } = openEnds({ bytesMax: 10_100 })
    broker.fate = () => [10]
    one.send({ text: 'x'.repeat(2_000_000) })
    await vi.advanceTimersByTimeAsync(9)
    expect(broker.published).toHaveLength(32)
    await vi.advanceTimersByTimeAsync(1000)
    expect(got).toHaveLength(1)
  })

  test('ignores what is signed with another key, repeated, or garbage', async () => {
    const { broker, one, got, ends } = openEnds()
    one.send({ n: 0 })
    await vi.advanceTimersByTimeAsync(10)
    const [first] = broker.published
    broker.inject('there', first!.bytes)
    // Signed for the other way.
    broker.inject('here', first!.bytes)
    broker.inject('there', Buffer.from('garbage'))
    broker.inject('there', new SigningKey('other').sign('there', Buffer.from('2 0\n{"n":9}\n')))
    broker.inject('there', KEY.sign('there', Buffer.from('no header')))
    broker.inject('there', KEY.sign('there', Buffer.from('NaN Infinity\n{"n":9}\n')))
    one.send({ n: 1 })
    await vi.advanceTimersByTimeAsync(10)
    expect(got).toEqual(counted(2))
    expect(ends).toEqual([])
  })

  test('hears nobody without the key', async () => {
    const { one, got } = openEnds({ otherKey: new SigningKey('other') })
    one.send({ n: 0 })
    await vi.advanceTimersByTimeAsync(5000)
    expect(got).toEqual([])
  })

  test('is closed when the other side has everything', async () => {
    const { broker, one, two, got, ends } = openEnds()
    broker.fate = () => [20]
    one.send({ n: 0 })
    const closed = one.close()
    await vi.advanceTimersByTimeAsync(100)
    await closed
    expect([got, ends]).toEqual([counted(1), ['it ended the connection']])
    await two.close()
    expect(broker.subscriptions).toBe(0)
    one.send({ n: 1 })
    await vi.advanceTimersByTimeAsync(100)
    expect(got).toHaveLength(1)
  })

  test('is closed after a while if nobody answers, and at once if the other side is lost', async () => {
    const { broker, one, two } = openEnds()
    broker.fate = () => []
    let isClosed = false
    one.close().then(() => {
      isClosed = true
    })
    await vi.advanceTimersByTimeAsync(2900)
    expect(isClosed).toBe(false)
    await vi.advanceTimersByTimeAsync(200)
    expect(isClosed).toBe(true)
    await two.close({ isLost: true })
    expect(broker.subscriptions).toBe(0)
  })
})
