/**
 * Cookies of a recording. The service sets some of them again for each virtual user. The rest existed before or come
 * from scripts; one variable replaces them all.
 */

import type { HeaderList } from '../headers.js'
import type { ImportContext } from '../import-context.js'
import type { HarEntry } from './file.js'

/** Follows a recording entry by entry. */
export class CookieTrail {
  private readonly set = new Set<string>()
  private readonly existing = new Set<string>()

  /** The headers of the next request, without cookies that the service set. */
  headersOf({ headers, responseHeaders }: HarEntry): HeaderList {
    for (const [name, value] of headers) {
      if (name.toLowerCase() !== 'cookie') continue
      for (const pair of value.split(/;\s*/)) if (pair !== '') this.bring(nameOf(pair))
    }
    for (const [name, value] of responseHeaders) {
      if (name.toLowerCase() !== 'set-cookie') continue
      // One header may hold several, one per line.
      for (const line of value.split('\n')) this.set.add(nameOf(line))
    }
    return headers.filter(([name]) => name.toLowerCase() !== 'cookie')
  }

  private bring(name: string): void {
    if (!this.set.has(name)) this.existing.add(name)
  }

  /** The keys of `http` that cookies need. `headers`: the other headers of `http`. */
  http(
    headers: Readonly<Record<string, string>>,
    { notes, credentials }: ImportContext,
  ): Record<string, unknown> {
    for (const name of this.existing) notes.add('${COOKIE} replaces cookies from before the recording', name)
    const all = this.existing.size === 0 ? headers : { ...headers, cookie: credentials.refer('COOKIE') }
    return {
      ...(this.set.size > 0 && { cookies: true }),
      ...(Object.keys(all).length > 0 && { headers: all }),
    }
  }
}

function nameOf(pair: string): string {
  return pair.split('=', 1)[0]!.trim()
}
