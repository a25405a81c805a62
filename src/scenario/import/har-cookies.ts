/**
 * Cookies of a recording: those that the service set while it ran will be set again, for each virtual user anew; the
 * others were there before, and nobody can send them without being told.
 */
import type { HarEntry } from './har-file.js'
import type { HeaderList } from './headers.js'

/** Follows a recording from entry to entry. */
export class CookieTrail {
  private readonly set = new Set<string>()

  /** Whether the service has set cookies so far. */
  get isInUse(): boolean {
    return this.set.size > 0
  }

  /** The headers of the next request without the cookies that an earlier answer set. */
  headersOf({ headers, answerHeaders }: HarEntry): HeaderList {
    const rest = headers.flatMap(([name, value]): [string, string][] => {
      if (name.toLowerCase() !== 'cookie') return [[name, value]]
      const pairs = value
        .split(/;\s*/)
        .filter((pair) => pair !== '' && !this.set.has(pair.split('=', 1)[0]!.trim()))
      return pairs.length === 0 ? [] : [[name, pairs.join('; ')]]
    })
    for (const [name, value] of answerHeaders) {
      // Several of them may stand in one header, a line each.
      if (name.toLowerCase() === 'set-cookie')
        for (const line of value.split('\n')) this.set.add(line.split('=', 1)[0]!.trim())
    }
    return rest
  }
}
