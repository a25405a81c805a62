import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/scenario/blocks/address.js'
import { scenarioHash } from '../../../src/scenario/model/hash.js'
import { readScenario } from '../../../src/scenario/read.js'

function read(http: string, env: Record<string, string> = {}) {
  return readScenario(`http: ${http}\nrequests: [{ get: / }]\n`, { file: 'scenarios/a.yaml', env })
}

test.each([
  ['example.com:443', { host: 'example.com', port: 443 }],
  ['Example.com', { host: 'example.com', port: null }],
  [':443', { host: null, port: 443 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  ['', null],
  ['a:0', null],
  ['a:65536', null],
  ['a:b', null],
  ['http://a', null],
  ['::1', null],
])('the address %j is %j', (text, address) => {
  expect(parseAddress(text)).toEqual(address)
})

test('the route to the target is read, and is not part of the hash', () => {
  const plain = scenarioHash(read('{}'))
  const ways: [string, object][] = [
    ['{ socketPath: app.sock }', { socketPath: 'scenarios/app.sock' }],
    ['{ socketPath: /run/app.sock }', { socketPath: '/run/app.sock' }],
    [
      '{ connectTo: { "a:1": b, ":2": "[::1]:3" } }',
      {
        connectTo: [
          { host: 'a', port: 1, toHost: 'b', toPort: null },
          { host: null, port: 2, toHost: '::1', toPort: 3 },
        ],
      },
    ],
  ]
  for (const [text, route] of ways) {
    const scenario = read(text)
    expect(scenario.http).toMatchObject(route)
    expect(scenarioHash(scenario)).toBe(plain)
  }
})

describe('a proxy', () => {
  test('is read with its login, which is a secret in every form', () => {
    const { http, secrets } = read('{ proxy: "http://me:${PROXY_PASS}@localhost:3128" }', {
      PROXY_PASS: 'p%40ssword',
    })
    const authorization = `Basic ${Buffer.from('me:p@ssword').toString('base64')}`
    const server = { host: 'localhost', port: 3128, authorization }
    expect(http.proxy).toEqual({ http: server, https: server, except: [] })
    for (const secret of ['p%40ssword', 'p@ssword', authorization.slice('Basic '.length)])
      expect(secrets).toContain(secret)
  })

  const plain = (host: string, port: number) => ({ host, port, authorization: null })

  test.each<[Record<string, string>, object]>([
    [{}, { http: null, https: null, except: [] }],
    [
      { http_proxy: 'http://a:1', HTTPS_PROXY: 'b:2' },
      { http: plain('a', 1), https: plain('b', 2), except: [] },
    ],
    [{ HTTP_PROXY: 'http://a:1' }, { http: null, https: null, except: [] }],
    [{ ALL_PROXY: 'http://[::1]:1' }, { http: plain('::1', 1), https: plain('::1', 1), except: [] }],
    [
      { http_proxy: 'http://a', no_proxy: 'localhost, .corp.test,*.b.test' },
      { http: plain('a', 80), https: null, except: ['localhost', 'corp.test', 'b.test'] },
    ],
    [
      { http_proxy: 'http://a', NO_PROXY: '*' },
      { http: plain('a', 80), https: null, except: ['*'] },
    ],
  ])('env is the proxy of the environment: %j', (env, proxy) => {
    expect(read('{ proxy: env }', env).http.proxy).toEqual(proxy)
  })

  test.each<[string, object]>([
    ['http://a', plain('a', 80)],
    ['https://a', { ...plain('a', 443), isSecure: true }],
    ['https://a:80', { ...plain('a', 80), isSecure: true }],
    ['socks5://a', { ...plain('a', 1080), socks: { resolves: false, login: null } }],
    ['socks5h://me:p%40ss@a:9', { ...plain('a', 9), socks: { resolves: true, login: ['me', 'p@ss'] } }],
    ['socks5://[::1]', { ...plain('::1', 1080), socks: { resolves: false, login: null } }],
  ])('%s is accepted', (url, server) => {
    expect(read(`{ proxy: "${url}" }`).http.proxy).toEqual({ http: server, https: server, except: [] })
  })

  test.each([
    'socks4://a',
    'ftp://a',
    'http://a/path',
    'socks5://',
    'localhost:3128',
    `socks5://${'u'.repeat(256)}@a`,
  ])('%s is rejected', (url) => {
    expect(() => read(`{ proxy: "${url}" }`)).toThrow('this is not the URL of a proxy')
  })

  test('of SOCKS has a secret password', () => {
    const { secrets } = read('{ proxy: "socks5://me:p%40ssword@a" }')
    for (const secret of ['p%40ssword', 'p@ssword']) expect(secrets).toContain(secret)
  })

  test('of the environment, if invalid, is reported without its value', () => {
    const wrong = () => read('{ proxy: env }', { HTTPS_PROXY: 'socks4://me:hushhush@a:1' })
    expect(wrong).toThrow('HTTPS_PROXY is not the URL of a proxy')
  })
})
