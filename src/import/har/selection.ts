/**
 * Selects the recorded requests that make up the load: not those to other sites, from the browser's cache, or
 * unsupported by perfctl.
 */
import { plural } from '../../base/units.js'
import { type Address, parseAddress, shownUrl } from '../address.js'
import { isMethod } from '../entry.js'
import type { Notes } from '../notes.js'
import { isStaticPath, isStaticType } from '../static.js'
import { type HarEntry, isStream } from './file.js'

/** A selected entry. */
export interface Selected {
  readonly entry: HarEntry
  readonly address: Address
}

const STATIC_RESOURCES: ReadonlySet<string> = new Set([
  'font',
  'image',
  'manifest',
  'media',
  'script',
  'stylesheet',
  'texttrack',
])

/** The entries to send and the origin of most of them. Adds notes for those left out. */
export function selectEntries(
  entries: readonly HarEntry[],
  { withStatic, notes }: { readonly withStatic: boolean; readonly notes: Notes },
): { readonly selected: readonly Selected[]; readonly origin: string | null } {
  const sendable = entries.flatMap((entry) => {
    const reason = unsendable(entry)
    const address = reason === null ? parseAddress(entry.url) : null
    if (reason !== null) notes.add(reason, shownUrl(entry.url))
    return address === null ? [] : [{ entry, address }]
  })
  const dynamic = sendable.filter(({ entry }) => !isStatic(entry))
  const origin = mainOrigin(dynamic.length > 0 ? dynamic : sendable)
  if (origin === null) return { selected: [], origin }
  const site = siteOf(new URL(origin).hostname)
  const own = sendable.filter(({ address }) => siteOf(new URL(address.origin).hostname) === site)
  const otherSites = countBy(sendable.filter((one) => !own.includes(one)).map(({ address }) => address.host))
  for (const [host, count] of otherSites) {
    notes.add('left out requests to other sites', count === 1 ? host : `${host} (${count})`)
  }
  const kept = own.filter(({ entry }) => withStatic || !isStatic(entry))
  const dropped = own.length - kept.length
  // A recording of only assets is meant as one.
  if (kept.length === 0) return { selected: own, origin }
  if (dropped > 0)
    notes.add(
      `left out ${plural(dropped, 'request')} for static files (images, scripts, style sheets); --static keeps them`,
    )
  return { selected: kept, origin }
}

/** Why an entry can't be sent; null if it can. */
function unsendable(entry: HarEntry): string | null {
  const { url, method, status, resource } = entry
  if (/^wss?:/i.test(url) || resource === 'websocket')
    return 'left out WebSockets: perfctl supports only HTTP'
  if (/^(data|blob|about|chrome|chrome-extension|moz-extension|file):/i.test(url))
    return 'left out requests that are not HTTP'
  if (parseAddress(url) === null) return 'left out URLs that are not http or https'
  if (!isMethod(method)) return 'left out requests with methods that perfctl does not support'
  if (isStream(entry)) return 'left out event streams, which never end'
  if (entry.isFromCache) return "left out responses from the browser's cache"
  if (entry.isInternal) return 'left out redirects made by the browser itself, such as to https'
  return status === 0 ? 'left out requests without a response' : null
}

function isStatic({ resource, url, mime }: HarEntry): boolean {
  if (STATIC_RESOURCES.has(resource)) return true
  if (resource === 'document' || resource === 'xhr' || resource === 'fetch') return false
  return isStaticPath(url.split(/[?#]/, 1)[0]!) || isStaticType(mime)
}

/** The most frequent origin; the first of several. */
function mainOrigin(entries: readonly Selected[]): string | null {
  const counts = [...countBy(entries.map(({ address }) => address.origin))]
  const most = Math.max(...counts.map(([, count]) => count))
  return counts.find(([, count]) => count === most)?.[0] ?? null
}

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/**
 * The site that hosts share: `shop.example` for `api.shop.example` and `www.shop.example`. A guess, because the list of
 * public suffixes is long: `shop.co.uk` is a site, `co.uk` is none.
 */
function siteOf(host: string): string {
  if (/^[\d.]+$|^\[/.test(host)) return host
  const labels = host.split('.')
  const isCountry = labels.length > 2 && labels.at(-1)!.length === 2 && labels.at(-2)!.length <= 3
  return labels.slice(isCountry ? -3 : -2).join('.')
}
