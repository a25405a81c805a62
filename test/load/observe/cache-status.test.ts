import { expect, test } from 'vitest'
import { cacheOutcome } from '../../../src/load/observe/cache-status.js'

/** What caches and networks send, by the header and its value. */
const KNOWN: readonly (readonly ['hit' | 'miss' | null, string, string])[] = [
  // RFC 9211: the last member is the cache nearest to the client.
  ['hit', 'cache-status', 'ExampleCache; hit'],
  ['hit', 'cache-status', '"Netlify Edge"; hit; ttl=123'],
  ['hit', 'cache-status', 'OriginCache; fwd=uri-miss, "CDN, Inc"; HIT ;ttl=5'],
  ['hit', 'cache-status', 'x; hit=?1'],
  ['miss', 'cache-status', 'OriginCache; hit; ttl=1100, "CDN Company Here"; fwd=uri-miss; collapsed'],
  ['miss', 'cache-status', 'ExampleCache; fwd=stale; fwd-status=304; detail="a; hit"'],
  ['miss', 'cache-status', '"hit; hit"; fwd=bypass'],
  ['miss', 'cache-status', 'x; hit=?0'],
  ['hit', 'cache-status', 'x; hit,'],
  [null, 'cache-status', 'ExampleCache; ttl=30'],
  [null, 'cache-status', ''],
  [null, 'cache-status', '"open; hit'],
  // CloudFront
  ['hit', 'x-cache', 'Hit from cloudfront'],
  ['hit', 'x-cache', 'RefreshHit from cloudfront'],
  ['miss', 'x-cache', 'Miss from cloudfront'],
  [null, 'x-cache', 'Error from cloudfront'],
  [null, 'x-cache', 'LambdaGeneratedResponse from cloudfront'],
  // Fastly and others with several layers: the one at the edge is the last.
  ['miss', 'x-cache', 'HIT, MISS'],
  ['hit', 'x-cache', 'MISS, HIT'],
  ['hit', 'x-cache', 'HIT, HIT'],
  ['miss', 'x-cache', 'PASS'],
  // Akamai, Azure
  ['hit', 'x-cache', 'TCP_HIT from a23-61-1.deploy.akamaitechnologies.com (AkamaiGHost/11.0) (-)'],
  ['hit', 'x-cache', 'TCP_MEM_HIT from a1 (AkamaiGHost/9.9)'],
  ['hit', 'x-cache', 'TCP_REFRESH_HIT from a1'],
  ['hit', 'x-cache', 'TCP_REMOTE_HIT'],
  ['miss', 'x-cache', 'TCP_MISS from a1-hit.example (AkamaiGHost/9.9)'],
  ['miss', 'x-cache', 'TCP_REFRESH_MISS from a1'],
  ['miss', 'x-cache', 'TCP_CLIENT_REFRESH_MISS from a1'],
  ['miss', 'x-cache', 'CONFIG_NOCACHE'],
  ['miss', 'x-cache', 'PRIVATE_NOSTORE'],
  [null, 'x-cache', 'TCP_DENIED from a1'],
  [null, 'x-cache', 'N/A'],
  // Squid, Varnish, Alibaba, Tencent
  ['hit', 'x-cache', 'HIT from proxy.example'],
  ['miss', 'x-cache', 'MISS from proxy.example:3128'],
  ['hit', 'x-cache', 'cached'],
  ['miss', 'x-cache', 'uncached'],
  ['hit', 'x-cache', 'HIT TCP_MEM_HIT dirn:10:42 mlen:-1'],
  ['hit', 'x-cache', 'Cache Hit'],
  ['miss', 'x-cache', 'Cache Miss'],
  ['hit', 'x-varnish-cache', 'HIT'],
  // Cloudflare
  ['hit', 'cf-cache-status', 'HIT'],
  ['hit', 'cf-cache-status', 'STALE'],
  ['hit', 'cf-cache-status', 'UPDATING'],
  ['hit', 'cf-cache-status', 'REVALIDATED'],
  ['miss', 'cf-cache-status', 'MISS'],
  ['miss', 'cf-cache-status', 'EXPIRED'],
  ['miss', 'cf-cache-status', 'BYPASS'],
  ['miss', 'cf-cache-status', 'DYNAMIC'],
  [null, 'cf-cache-status', 'NONE/UNKNOWN'],
  // Vercel, Next.js
  ['hit', 'x-vercel-cache', 'HIT'],
  ['hit', 'x-vercel-cache', 'PRERENDER'],
  ['hit', 'x-vercel-cache', 'STALE'],
  ['miss', 'x-vercel-cache', 'MISS'],
  ['miss', 'x-vercel-cache', 'BYPASS'],
  ['hit', 'x-nextjs-cache', 'HIT'],
  // nginx and what else uses such names
  ['hit', 'x-cache-status', 'HIT'],
  ['miss', 'x-cache-status', 'EXPIRED'],
  ['hit', 'x-proxy-cache', 'REVALIDATED'],
  ['miss', 'x-fastcgi-cache', 'BYPASS'],
  ['hit', 'x-litespeed-cache', 'hit'],
  ['hit', 'cdn-cache', 'HIT'],
  ['miss', 'cdn-cache', 'MISS'],
  ['hit', 'cdn-cache-status', 'hit'],
  ['miss', 'cdn-cache-status', 'uncacheable'],
  ['hit', 'x-rack-cache', 'fresh'],
  ['hit', 'x-sucuri-cache', 'HIT'],
  ['miss', 'x-drupal-cache', 'MISS'],
  // RFC 9111
  ['hit', 'age', '17'],
  ['miss', 'age', '0'],
  [null, 'age', '-1'],
  [null, 'age', 'old'],
  // Of something else
  [null, 'cache-control', 'max-age=60, hit'],
  [null, 'x-cache-key', 'hit'],
  [null, 'content-type', 'hit'],
]

test.each(KNOWN)('%s: %s: %s', (outcome, name, value) => {
  const headers = [
    ['content-type', 'text/html'],
    [name, value],
    ['x-other', 'HIT'],
  ] as const
  // Twice, since values that were read are remembered.
  expect(cacheOutcome({ headers })).toBe(outcome)
  expect(cacheOutcome({ headers })).toBe(outcome)
})

test('a header that is repeated is a list, and its last entry is the nearest cache', () => {
  const headers = [
    ['x-cache', 'HIT'],
    ['x-cache', 'MISS'],
  ] as const
  expect(cacheOutcome({ headers })).toBe('miss')
  const members = [
    ['cache-status', 'one; hit'],
    ['cache-status', 'two; fwd=miss'],
  ] as const
  expect(cacheOutcome({ headers: members })).toBe('miss')
})

test('the standard header beats the others, and all of them beat the age', () => {
  const age = ['age', '5'] as const
  expect(cacheOutcome({ headers: [['x-cache', 'HIT'], ['cache-status', 'a; fwd=miss'], age] })).toBe('miss')
  expect(cacheOutcome({ headers: [['cf-cache-status', 'HIT'], ['x-cache', 'MISS'], age] })).toBe('miss')
  expect(
    cacheOutcome({
      headers: [
        ['cache-status', 'a'],
        ['x-cache', 'HIT'],
      ],
    }),
  ).toBe('hit')
  expect(cacheOutcome({ headers: [['cf-cache-status', 'NONE/UNKNOWN'], age] })).toBe('hit')
})

test('values without end are not all remembered', () => {
  for (let i = 0; i < 2000; i++)
    expect(cacheOutcome({ headers: [['x-cache', `HIT from a${i}`]] })).toBe('hit')
})
