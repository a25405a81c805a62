import { describe, expect, test } from 'vitest'
import { Random } from '../../../../src/base/rng.js'
import { Head, HeadCache } from '../../../../src/load/http/http1/response-head.js'

const LINE = 'HTTP/1.1 200 OK\r\n'

/** What can be seen of a reading. */
function facts(read: ReturnType<HeadCache['read']>) {
  if (!(read instanceof Head)) return read
  const { text, status, bodyBytes, closes, keepAliveMs, responseHead } = read
  const { headers, setCookies, encoding } = responseHead
  return { text, status, bodyBytes, closes, keepAliveMs, headers, setCookies, encoding }
}

/** What a cache says that has seen the heads before. */
function readAfter(before: readonly string[], text: string, method = 'GET') {
  const heads = new HeadCache()
  for (const each of before) heads.read(Buffer.from(each, 'latin1'), 0, 'GET')
  return facts(heads.read(Buffer.from(text, 'latin1'), 0, method))
}

const head = (id: string, length: string, rest = '') =>
  `${LINE}date: Mon\r\nX-Id: ${id}\r\nServer: a\r\ncontent-length: ${length}\r\n${rest}\r\n`

/** Two heads that differ in two fields, so that all others may differ in these. */
const SEEN = [head('1', '10'), head('22', '9')]

describe('after heads that differ in a few fields', () => {
  test.each<[string, string]>([
    ['other values', head('333', '8')],
    ['a much longer value', head('3'.repeat(500), '8')],
    ['a value in other letters', head('\xe9', '8')],
    ['an empty value', head('', '8')],
    ['one more difference', head('3', '8').replace('Mon', 'Tue')],
    ['one more field', head('3', '8', 'x: y\r\n')],
    ['one field less', head('3', '8').replace('date: Mon\r\n', '')],
    ['other fields', head('3', '8').replace('X-Id', 'X-Ib')],
    ['a name in other letters', head('3', '8').replace('X-Id', 'x-id')],
    ['fields in another order', `${LINE}X-Id: 3\r\ndate: Mon\r\nServer: a\r\ncontent-length: 8\r\n\r\n`],
    ['another status', head('3', '8').replace('200 OK', '404 Not Found')],
    ['an interim response', head('3', '8').replace('200 OK', '103 Early')],
    ['an older protocol', head('3', '8').replace('HTTP/1.1', 'HTTP/1.0')],
    ['an invalid length', head('3', '8, 8')],
    ['a zero byte', head('\0', '8')],
    ['a bare line feed', head('3\nx: y', '8')],
    ['a bare carriage return', head('3\ry', '8')],
    ['an injected field', head('3\r\nx: y', '8')],
    ['an injected end', head('3\r\n\r\nx', '8')],
    ['a folded line', head('3\r\n y', '8')],
    ['no head at all', 'SSH-2.0-OpenSSH\r\n'],
  ])('%s are read as without them', (_, text) => {
    for (const next of [text, `${text}body`]) {
      expect(readAfter(SEEN, next)).toEqual(readAfter([], next))
      // The next one, too, with whatever the cache has learned.
      expect(readAfter([...SEEN, next], SEEN[0]!)).toEqual(readAfter([], SEEN[0]!))
    }
  })

  test('an incomplete head is recognized wherever it ends', () => {
    const text = head('333', '8')
    for (let end = 0; end < text.length; end++)
      expect(readAfter(SEEN, text.slice(0, end))).toEqual(readAfter([], text.slice(0, end)))
  })

  test('a head may grow to 16 kB and not beyond', () => {
    const of = (bytes: number) => head('y'.repeat(bytes), '8')
    const grown = Array.from({ length: 700 }, (_, i) => of(16_000 + i))
    const heads = new HeadCache()
    for (const text of grown)
      expect(facts(heads.read(Buffer.from(text, 'latin1'), 0, 'GET'))).toEqual(readAfter([], text))
    expect(readAfter([], grown.at(-1)!)).toBe('too long')
  })

  test('a response to HEAD has no body', () => {
    expect(readAfter(SEEN, head('3', '8'), 'HEAD')).toEqual(readAfter([], head('3', '8'), 'HEAD'))
  })

  test('what has not changed is shared', () => {
    const heads = new HeadCache()
    const read = (text: string) => heads.read(Buffer.from(text), 0, 'GET') as Head
    read(SEEN[0]!)
    const [a, b] = [read(SEEN[1]!), read(head('22', '7'))]
    expect(b.fields.map((field, index) => field === a.fields[index])).toEqual([true, true, true, false])
  })

  test('any sequence of heads is read like each of them alone', () => {
    const rng = new Random(7)
    const below = (limit: number) => rng.integer(0, limit - 1)
    const pick = <T>(...of: readonly T[]): T => of[below(of.length)]!
    const value = (name: string): string =>
      name === 'content-length'
        ? String(below(2000))
        : name === 'connection'
          ? pick('close', 'keep-alive', 'Close, x')
          : name === 'keep-alive'
            ? `timeout=${below(9)}`
            : pick('', 'a', ' a ', 'b;c="d"', 'x'.repeat(below(90)), 'a\0', '\xff')
    const names = ['content-length', 'connection', 'keep-alive', 'date', 'Set-Cookie', 'x', 'X']
    const heads = new HeadCache()
    let fields: [string, string][] = [['content-length', '1']]
    for (let i = 0; i < 3000; i++) {
      if (below(8) === 0) fields = names.filter(() => below(2) === 0).map((name) => [name, value(name)])
      else fields = fields.map(([name, old]) => [name, below(3) === 0 ? value(name) : old])
      const status = pick(200, 200, 200, 200, 404, 103)
      const lines = fields.map(([name, each]) => `${name}: ${each}\r\n`).join('')
      const text = `HTTP/1.1 ${status} OK\r\n${lines}\r\n${pick('', 'body')}`
      expect(facts(heads.read(Buffer.from(text, 'latin1'), 0, 'GET'))).toEqual(readAfter([], text))
    }
  })
})

test('the heads of one series say nothing of those of another', () => {
  const heads = new HeadCache()
  const read = (text: string, series: number) => facts(heads.read(Buffer.from(text, 'latin1'), series, 'GET'))
  const plain = `${LINE}content-length: 2\r\n\r\n`
  const seen = [...SEEN, head('333', '8')]
  for (const [series, text] of [
    ...seen.map((each) => [0, each] as const),
    ...[plain, ...seen, plain].map((each) => [1, each] as const),
    ...[plain, ...seen].map((each) => [0, each] as const),
  ])
    expect(read(text, series)).toEqual(readAfter([], text))
})
