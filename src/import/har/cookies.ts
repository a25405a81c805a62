/**
 * Cookies of a recording. Those that the service set while it ran will be set again, for each virtual user anew; the
 * others were there before, or come from scripts: one variable stands for all of them.
 */

import type { HeaderList } from '../headers.js'
import type { ImportContext } from '../import-context.js'
import type { HarEntry } from './file.js'

/** Follows a recording from entry to entry. */
export class CookieTrail {
  private readonly set = new Set<string>()
  private readonly brought = new Set<string>()

  /** The headers of the next request, but for its cookies. */
  headersOf({ headers, answerHeaders }: HarEntry): HeaderList {
    for (const [name, value] of headers) {
      if (name.toLowerCase() !== 'cookie') continue
      for (const pair of value.split(/;\s*/)) if (pair !== '') this.bring(nameOf(pair))
    }
    for (const [name, value] of answerHeaders) {
      if (name.toLowerCase() !== 'set-cookie') continue
      // Several of them may stand in one header, a line each.
      for (const line of value.split('\n')) this.set.add(nameOf(line))
    }
    return headers.filter(([name]) => name.toLowerCase() !== 'cookie')
  }

  private bring(name: string): void {
    if (!this.set.has(name)) this.brought.add(name)
  }

  /** What `http` has to say about cookies; `headers`: what it says about headers. */
  http(
    headers: Readonly<Record<string, string>>,
    { notes, credentials }: ImportContext,
  ): Record<string, unknown> {
    for (const name of this.brought) notes.add('${COOKIE} replaces cookies from before the recording', name)
    const all = this.brought.size === 0 ? headers : { ...headers, cookie: credentials.refer('COOKIE') }
    return {
      ...(this.set.size > 0 && { cookies: true }),
      ...(Object.keys(all).length > 0 && { headers: all }),
    }
  }
}

function nameOf(pair: string): string {
  return pair.split('=', 1)[0]!.trim()
}
