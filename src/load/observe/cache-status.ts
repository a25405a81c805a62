/**
 * Whether an answer came from a cache, by what caches and content delivery networks write into its headers.
 */
import type { ResponseHead } from '../response/response.js'

/** What the cache nearest to perfctl says. */
export type CacheOutcome = 'hit' | 'miss'

/** Headers with one or several words, the nearest cache last; the first that says something counts. */
const HEADERS = [
  'x-cache',
  'cf-cache-status',
  'x-vercel-cache',
  'x-nextjs-cache',
  'cdn-cache',
  'cdn-cache-status',
  'x-cdn-cache-status',
  'x-cache-status',
  'x-proxy-cache',
  'x-proxy-cache-status',
  'x-fastcgi-cache',
  'x-litespeed-cache',
  'x-rack-cache',
  'x-sucuri-cache',
  'x-drupal-cache',
  'x-varnish-cache',
] as const

/** Returns the outcome; null if no header says anything about a cache. */
export function cacheOutcome(head: Pick<ResponseHead, 'headers'>): CacheOutcome | null {
  let status: string | null = null
  let best: number = HEADERS.length
  let words: string | null = null
  let age: string | null = null
  for (const [name, value] of head.headers) {
    if (!mayBeOfCache(name)) continue
    if (name === 'age') age = value
    if (name === 'cache-status') status = status === null ? value : `${status}, ${value}`
    const rank = RANKS.get(name)
    if (rank === undefined || rank > best) continue
    words = rank === best && words !== null ? `${words}, ${value}` : value
    best = rank
  }
  return (
    (status === null ? null : remember(known.status, status, ofCacheStatus)) ??
    (words === null ? null : remember(known.words, words, ofWords)) ??
    // Some caches also send an age of 0 with what they have just fetched.
    (age === null || !/^\d+$/.test(age) ? null : Number(age) > 0 ? 'hit' : 'miss')
  )
}

/** Rules out most headers at the price of one look: all but `age`, `x-`, and with `c` all but `content-` and `connection`. */
function mayBeOfCache(name: string): boolean {
  const first = name.charCodeAt(0)
  return first === 120 || first === 97 || (first === 99 && name.charCodeAt(1) !== 111)
}

/** Whether {@link cacheOutcome} looks at a header. */
export function isOfCache(name: string): boolean {
  return name === 'age' || name === 'cache-status' || RANKS.has(name)
}

const RANKS: ReadonlyMap<string, number> = new Map(HEADERS.map((name, rank) => [name, rank]))

/** Values that were read: there are few, and each response has one. By the kind of header. */
const known = {
  status: new Map<string, CacheOutcome | null>(),
  words: new Map<string, CacheOutcome | null>(),
}
const KNOWN_MAX = 500

function remember(
  values: Map<string, CacheOutcome | null>,
  value: string,
  read: (value: string) => CacheOutcome | null,
): CacheOutcome | null {
  const before = values.get(value)
  if (before !== undefined) return before
  if (values.size === KNOWN_MAX) values.clear()
  const outcome = read(value)
  values.set(value, outcome)
  return outcome
}

/** Text in quotes, which may contain commas and semicolons. An open one goes on to the end. */
const QUOTED = /"(?:[^"\\]|\\.)*(?:"|$)/g

/** The last member of a list (RFC 9211): a name, then parameters. */
function ofCacheStatus(value: string): CacheOutcome | null {
  const members = value.replace(QUOTED, '""').split(',')
  const last = members.findLast((member) => member.trim() !== '')
  const [, ...parameters] = last?.split(';') ?? []
  const names = parameters.map((each) => each.trim().toLowerCase())
  if (names.some((each) => each === 'hit' || each === 'hit=?1')) return 'hit'
  return names.some((each) => each === 'fwd' || each.startsWith('fwd=') || each === 'hit=?0') ? 'miss' : null
}

/** `HIT`, `TCP_MEM_HIT`, `RefreshHit`. Stale and revalidated answers come from the cache, too. */
const HIT = /(?:hit|stale|updating|revalidated|prerender|cached|fresh)$/
/** Also a cache that let the answer pass. `uncached` must not be a hit. */
const MISS =
  /(?:miss|expired|bypass|dynamic|pass|uncached|uncacheable|disabled|nocache|no-cache|nostore|noconfig|invalid)$/

function ofWords(value: string): CacheOutcome | null {
  const last = value
    .split(',')
    .map((each) => each.trim())
    .findLast((each) => each !== '')
  // `Hit from cloudfront`, `TCP_MISS from a23-1.deploy (AkamaiGHost/1.0)`, `Cache Hit`.
  for (const word of last?.toLowerCase().split(/[\s(:;]+/) ?? []) {
    if (MISS.test(word)) return 'miss'
    if (HIT.test(word)) return 'hit'
  }
  return null
}
