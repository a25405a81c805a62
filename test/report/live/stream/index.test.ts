import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parsePairs, readReceiverHeaders } from '../../../../src/base/receiver-headers.js'
import { parseStreamFlag, printsStream, SINK_IDS } from '../../../../src/report/live/stream/index.js'
import { STREAM_HEADERS } from '../../../../src/report/live/stream/sink.js'

test('every file with a sink as its default export is in the table', () => {
  const folder = new URL('../../../../src/report/live/stream/', import.meta.url)
  const sinks = readdirSync(folder)
    .filter((file) => readFileSync(new URL(file, folder), 'utf8').includes('\nexport default '))
    .map((file) => file.replace('.ts', ''))
  expect(sinks.toSorted()).toEqual([...SINK_IDS].toSorted())
})

test.each([
  ['prometheus', { kind: 'listen', host: '127.0.0.1', port: 9464 }],
  ['prometheus=:9464', { kind: 'listen', host: '127.0.0.1', port: 9464 }],
  ['prometheus=9465', { kind: 'listen', host: '127.0.0.1', port: 9465 }],
  ['prometheus=0.0.0.0:9464', { kind: 'listen', host: '0.0.0.0', port: 9464 }],
  ['prometheus=[::1]:0', { kind: 'listen', host: '::1', port: 0 }],
  ['otlp', { kind: 'url', url: new URL('http://localhost:4318') }],
  ['remote-write=https://u:p@h/api?a=b', { kind: 'url', url: new URL('https://u:p@h/api?a=b') }],
  ['influx=http://h:8086/db', { kind: 'url', url: new URL('http://h:8086/write?db=db') }],
  ['influx=udp://h:8089', { kind: 'udp', host: 'h', port: 8089 }],
  ['influx=out/a.lp', { kind: 'file', path: 'out/a.lp' }],
  ['statsd=h:8125', { kind: 'udp', host: 'h', port: 8125 }],
  ['dogstatsd=udp://h:8125', { kind: 'udp', host: 'h', port: 8125 }],
  ['ndjson', { kind: 'file', path: '-' }],
  ['ndjson=a=b.ndjson', { kind: 'file', path: 'a=b.ndjson' }],
])('--stream %s is parsed', (flag, address) => {
  const [sink] = flag.split('=')
  expect(parseStreamFlag(flag)).toEqual({ sink, address })
})

test.each([
  ['promtheus=:9464', '--stream: unknown sink "promtheus"', 'did you mean "prometheus"?'],
  [
    'graphite=x',
    '--stream: unknown sink "graphite"',
    'use one of prometheus, remote-write, otlp, influx, statsd, dogstatsd, ndjson, such as --stream prometheus=:9464',
  ],
  ['prometheus=:99999', '--stream prometheus=:99999: not a valid address', 'write --stream prometheus=:9464'],
  [
    'prometheus=http://a:1',
    '--stream prometheus=http://a:1: not a valid address',
    'write --stream prometheus=:9464',
  ],
  [
    'remote-write',
    '--stream remote-write: an address is missing',
    'write --stream remote-write=http://localhost:9090/api/v1/write',
  ],
  [
    'otlp=localhost:4318',
    '--stream otlp=localhost:4318: not a valid address',
    'write --stream otlp=http://localhost:4318',
  ],
  [
    'influx=http://me:pass@h:8086/?p=secret',
    '--stream influx=http://h:8086/: not a valid address',
    'write --stream influx=http://localhost:8086/mydb, with the database',
  ],
  ['statsd=h', '--stream statsd=h: not a valid address', 'write --stream statsd=localhost:8125'],
  ['statsd=h:0', '--stream statsd=h:0: not a valid address', 'write --stream statsd=localhost:8125'],
  ['ndjson=', '--stream ndjson=: not a valid address', 'write --stream ndjson=metrics.ndjson'],
  [
    'ndjson=http://a',
    '--stream ndjson=http://a: not a valid address',
    'write --stream ndjson=metrics.ndjson',
  ],
])('--stream %s is refused, with a hint and without secrets', (flag, message, hint) => {
  expect(() => parseStreamFlag(flag)).toThrow(
    expect.objectContaining({ problems: [{ message, place: null, hint }] }),
  )
})

test.each([
  ['ndjson', true],
  ['influx=-', true],
  ['ndjson=a', false],
  ['otlp', false],
])('--stream %s needs stdout: %s', (flag, prints) => {
  expect(printsStream(flag)).toBe(prints)
})

describe('headers', () => {
  test.each([
    [undefined, []],
    ['', []],
    ['a=b', [['a', 'b']]],
    [
      ' a = b , c=d=e,',
      [
        ['a', 'b'],
        ['c', 'd=e'],
      ],
    ],
    ['a=b%2Cc%20d', [['a', 'b,c d']]],
    ['a=', [['a', '']]],
  ])('%j is parsed as %j', (text, pairs) => {
    expect(parsePairs('X', text)).toEqual(pairs)
  })

  test.each(['secret', '=secret', 'a=%zz-secret'])('%j is refused without being shown', (text) => {
    expect(() => parsePairs('X', text)).toThrow(
      expect.objectContaining({
        problems: [
          {
            message: 'X: not a list of name=value',
            place: null,
            hint: expect.not.stringContaining('secret'),
          },
        ],
      }),
    )
  })

  test("a sink's own variable overrides the common one, and both override the URL", () => {
    const url = new URL('http://me:pass@h')
    expect(readReceiverHeaders(url, [], {})).toEqual({ authorization: `Basic ${btoa('me:pass')}` })
    const env = { PERFCTL_STREAM_HEADERS: 'Authorization=a,x=1', OWN: 'authorization=b' }
    expect(readReceiverHeaders(url, [STREAM_HEADERS], env)).toEqual({ authorization: 'a', x: '1' })
    expect(readReceiverHeaders(url, [STREAM_HEADERS, 'OWN'], env)).toEqual({ authorization: 'b', x: '1' })
  })

  test.each(['a b=c', 'a=c%0d%0ad:e'])('%j is not a header', (text) => {
    expect(() =>
      readReceiverHeaders(new URL('http://h'), [STREAM_HEADERS], { PERFCTL_STREAM_HEADERS: text }),
    ).toThrow('PERFCTL_STREAM_HEADERS: not a list of headers')
  })
})
