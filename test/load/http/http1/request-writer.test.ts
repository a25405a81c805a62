import { Client } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { RequestWriter } from '../../../../src/load/http/http1/request-writer.js'
import type { Outgoing } from '../../../../src/plan/request.js'
import { makeRequest, openClient } from '../../exchanges.js'
import { answering } from '../../raw-server.js'

test.each<[string, Partial<Outgoing>]>([
  ['GET', {}],
  ['a query', { path: '/a?b=c%20d&e' }],
  ['headers', { headers: ['accept', '*/*', 'X-Mixed', 'a b', 'x-empty', ''] }],
  ['a host of its own', { headers: ['a', '1', 'Host', 'api.example', 'b', '2'] }],
  ['latin1 in path and header', { path: '/caf\xe9', headers: ['x-name', 'Jos\xe9'] }],
  ['HEAD', { method: 'HEAD' }],
  ['DELETE without a body', { method: 'DELETE' }],
  ['DELETE with a body', { method: 'DELETE', body: '{}' }],
  ['GET with a body', { body: 'why not' }],
  ['POST without a body', { method: 'POST' }],
  ['PUT with an empty body', { method: 'PUT', body: '' }],
  ['OPTIONS', { method: 'OPTIONS' }],
  ['a JSON body', { method: 'POST', headers: ['content-type', 'application/json'], body: '{"a":1}' }],
  ['a body beyond ASCII', { method: 'PATCH', body: 'größer 🚀' }],
  ['an absolute URL, for a proxy', { path: 'http://other/' }],
  ['a large body', { method: 'POST', body: 'x'.repeat(100_000) }],
])('%s is written byte for byte as by undici', async (_, request) => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n'
  const server = await (request.method === 'HEAD' ? answering(head, head) : answering())
  onTestFinished(() => server.close())
  const { exchange } = openClient(server.origin)
  const { failure, bytesSent } = await exchange(request)
  expect(failure).toBeNull()
  const { method, path, headers, body } = makeRequest(request)
  const undici = new Client(server.origin)
  onTestFinished(() => undici.destroy())
  const answer = await undici.request({
    method: method as 'GET',
    path,
    headers,
    body: body as string,
    reset: false,
  })
  await answer.body.dump()
  expect(server.requests).toHaveLength(2)
  expect(server.requests[0]).toBe(server.requests[1])
  expect(bytesSent).toBe(server.requests[0]!.length)
  expect(new RequestWriter().write(makeRequest(request), 'a')).not.toBeNull()
})

test.each<[string, Partial<Outgoing>]>([
  ['an unusual method', { method: 'PURGE' }],
  ['a path with a space', { path: '/a b' }],
  ['a path with a line break', { path: '/a\r\nx: y' }],
  ['a path beyond latin1', { path: '/\u0101' }],
  ['an invalid name', { headers: ['a b', 'c'] }],
  ['a line break in a value', { headers: ['a', 'b\r\nc: d'] }],
  ['a value beyond latin1', { headers: ['a', '\u0101'] }],
  ['a length', { headers: ['Content-Length', '3'] }],
  ['a transfer encoding', { headers: ['transfer-encoding', 'chunked'] }],
  ['a connection header', { headers: ['Connection', 'close'] }],
  ['an expectation', { headers: ['expect', '100-continue'] }],
  ['two hosts', { headers: ['host', 'a', 'Host', 'b'] }],
])('%s is left to undici', (_, request) => {
  expect(new RequestWriter().write(makeRequest(request), 'a')).toBeNull()
})

test('fixed headers are reused for the same request to the same host only', () => {
  const wire = new RequestWriter()
  const text = (request: Outgoing, host: string) =>
    String(wire.write(request, host)).split('\r\n').slice(0, 2).join(', ')
  const request = { ...makeRequest({ path: '/a' }), hasFixedHeaders: true, body: null as string | null }
  const named = { ...makeRequest({ headers: ['host', 'own'] }), hasFixedHeaders: true }
  expect(text(request, 'one')).toBe('GET /a HTTP/1.1, host: one')
  expect(text(request, 'two')).toBe('GET /a HTTP/1.1, host: two')
  expect(text(named, 'two')).toBe('GET / HTTP/1.1, host: own')
  request.path = '/b'
  expect(text(request, 'two')).toBe('GET /b HTTP/1.1, host: two')
  request.body = 'x'
  expect(String(wire.write(request, 'two'))).toMatch(/content-length: 1\r\n\r\nx$/)
  request.path = '/ '
  expect(wire.write(request, 'two')).toBeNull()
})
