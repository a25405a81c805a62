import { expect, test } from 'vitest'
import { HeaderDecoder } from '../../../../src/load/http/http2/hpack/decoder.js'
import { HeaderEncoder } from '../../../../src/load/http/http2/hpack/encoder.js'
import { RequestHeads } from '../../../../src/load/http/http2/request-heads.js'
import type { Outgoing } from '../../../../src/plan/request.js'
import { makeRequest } from '../../exchanges.js'

const HERE = { scheme: 'https', authority: 'shop.test' }

/** A connection of which both ends are known. */
function connect(heads = new RequestHeads(), destination = HERE) {
  const encoder = new HeaderEncoder()
  const decoder = new HeaderDecoder()
  const bytes = Buffer.alloc(100_000)
  return (request: Outgoing) => {
    const { head, path } = heads.make(request, destination)
    let end = encoder.begin(bytes, 0)
    for (const field of [...head.fields, path]) end = encoder.write(field, bytes, end)
    expect(end).toBeLessThanOrEqual(head.bytesMost + path.bytesMost)
    const fields = decoder.read(bytes, 0, end).fields.map(({ name, value }) => `${name}=${value}`)
    return { size: end, fields: fields.toSorted() }
  }
}

test('a request has its pseudo-headers, and its headers in lower case', () => {
  const send = connect()
  const headers = ['Accept', '*/*', 'x-a', '1', 'X-A', '2', 'content-length', '7', 'x-latin', 'José']
  expect(send(makeRequest({ method: 'PUT', path: '/a?b', headers })).fields).toEqual([
    ':authority=shop.test',
    ':method=PUT',
    ':path=/a?b',
    ':scheme=https',
    'accept=*/*',
    'x-a=1',
    'x-a=2',
    'x-latin=José',
  ])
  const own = makeRequest({ headers: ['host', 'other.test'] })
  expect(send(own).fields).toEqual([':authority=other.test', ':method=GET', ':path=/', ':scheme=https'])
})

test('what stays the same is one byte per field from the second request on', () => {
  const send = connect()
  const request = {
    ...makeRequest({ path: '/', headers: ['accept', '*/*', 'x-a', 'b'] }),
    hasFixedHeaders: true,
  }
  expect(send(request).size).toBeGreaterThan(15)
  for (let i = 0; i < 3; i++) expect(send(request).size).toBe(6)
  request.path = '/other'
  expect(send(request).fields).toContain(':path=/other')
})

test('of headers that change, only those are sent in full', () => {
  const send = connect()
  const requestOf = (i: number) =>
    makeRequest({ path: '/', headers: ['accept', 'text/html', 'x-id', `number ${i}`, 'x-last', 'same'] })
  const sizes = [0, 1, 2, 3].map((i) => send(requestOf(i)).size)
  expect(sizes[2]).toBe(sizes[3])
  expect(sizes[3]).toBeLessThan(22)
  expect(send(requestOf(4)).fields).toContain('x-id=number 4')
  expect(send(requestOf(5)).fields).toContain('x-id=number 5')
})

test('a request that is prepared anew in the same place is read anew', () => {
  const send = connect()
  const request = makeRequest({ path: '/', headers: ['a', '1'] })
  for (const value of ['1', '1', '2', '2', '3']) {
    request.headers[1] = value
    expect(send(request).fields).toContain(`a=${value}`)
  }
})

test('connections that share what they know have tables of their own', () => {
  const heads = new RequestHeads()
  const request = { ...makeRequest({ headers: ['a', '1'] }), hasFixedHeaders: true }
  const other = { scheme: 'http', authority: 'bank.test' }
  const all = [connect(heads), connect(heads), connect(heads, other)]
  for (let i = 0; i < 3; i++)
    for (const [at, send] of all.entries())
      expect(send(request).fields.slice(0, 2)).toEqual([
        `:authority=${at === 2 ? 'bank.test' : 'shop.test'}`,
        ':method=GET',
      ])
})

test('ever new values leave nothing behind', () => {
  const heads = new RequestHeads()
  const send = connect(heads)
  for (let i = 0; i < 3000; i++)
    for (let again = 0; again < 2; again++)
      expect(send(makeRequest({ headers: ['x', `${i}`] })).fields).toContain(`x=${i}`)
  const { fixed } = heads as unknown as { fixed: Map<string, unknown> }
  expect(fixed.size).toBeLessThanOrEqual(2000)
})

test.each<[string, Partial<Outgoing>, string]>([
  ['a path with a space', { path: '/a b' }, 'invalid request path'],
  ['a method with a space', { method: 'A B' }, 'invalid request method'],
  ['a name with a space', { headers: ['a b', 'c'] }, 'invalid header name'],
  ['a pseudo-header', { headers: [':path', '/'] }, 'invalid header name'],
  ['a line break in a value', { headers: ['a', 'b\r\nc'] }, 'invalid value of the header a'],
  ['a value beyond latin1', { headers: ['a', '\u0101'] }, 'invalid value of the header a'],
  [
    'a connection header',
    { headers: ['Connection', 'close'] },
    'the header connection is not allowed in HTTP/2',
  ],
  ['te', { headers: ['te', 'gzip'] }, 'the header te is not allowed in HTTP/2'],
])('%s is refused', (_, request, message) => {
  expect(() => new RequestHeads().make(makeRequest(request), HERE)).toThrow(message)
})
