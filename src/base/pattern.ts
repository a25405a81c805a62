/**
 * Matches a scenario's regular expressions against responses. JavaScript's engine backtracks, which can take
 * practically forever for some expressions and texts, so searches that could be slow are stopped in time.
 */
import type { Ms } from './clock.js'
import { Guard, OutOfTime } from './guard.js'
import { literalStart, type RegexCost, regexCost, stepsFor } from './regex-cost.js'

/** A search of at most this many steps takes some ten milliseconds and needs no guard. */
const STEPS_MAX = 10_000_000

/** A search timed out. The message names the pattern. */
export class SlowPatternError extends Error {
  constructor(source: string, { message }: OutOfTime) {
    super(`the pattern ${source} ${message} on this response`)
  }
}

/** Analyzed patterns of this thread, by source. */
const known = new Map<string, Searcher>()

/** A regular expression with bounded search time. */
export class Pattern {
  readonly source: string
  private readonly searcher: Searcher

  /** `source` must be a valid regular expression without flags. */
  constructor(source: string) {
    this.source = source
    let searcher = known.get(source)
    if (searcher === undefined) {
      searcher = new Searcher(source)
      known.set(source, searcher)
    }
    this.searcher = searcher
  }

  /**
   * Whether the text contains a match. Throws a SlowPatternError if the search takes longer than `leftMs` or the limit.
   */
  test(text: string, leftMs: Ms): boolean {
    const { searcher } = this
    return searcher.isQuick(text)
      ? searcher.regex.test(text)
      : searcher.watch(leftMs, () => searcher.regex.test(text))
  }

  /** The first group of each match, or the whole match if there is no group. Throws like {@link test}. */
  matches(text: string, options: { readonly onlyFirst: boolean; readonly leftMs: Ms }): string[] {
    const { searcher } = this
    const { onlyFirst, leftMs } = options
    const search = () => {
      if (!onlyFirst) return Array.from(text.matchAll(searcher.global), (match) => match[1] ?? match[0])
      const match = searcher.regex.exec(text)
      return match === null ? [] : [match[1] ?? match[0]]
    }
    return searcher.isQuick(text) ? search() : searcher.watch(leftMs, search)
  }
}

/** Whether a search can take twice as long with each further character of the text. */
export function isExplosive(source: string): boolean {
  return regexCost(source).isExponential
}

class Searcher {
  readonly source: string
  readonly regex: RegExp
  readonly global: RegExp
  private readonly cost: RegexCost
  /** The cost from one place on, and the text that every match starts with; null if a match may start anywhere. */
  private readonly fromStart: { readonly cost: RegexCost; readonly text: string } | null
  private readonly guard = new Guard()

  constructor(source: string) {
    this.source = source
    this.regex = new RegExp(source)
    this.global = new RegExp(source, 'g')
    this.cost = regexCost(source)
    const text = literalStart(source)
    this.fromStart = text === '' ? null : { text, cost: regexCost(source, true) }
  }

  /** Whether a search in the text is fast, whatever it contains. */
  isQuick(text: string): boolean {
    if (this.cost.loops.length === 0 && !this.cost.isExponential) return true
    const { length } = text
    if (stepsFor(this.cost, length) <= STEPS_MAX) return true
    if (this.fromStart === null) return false
    const startsMax = STEPS_MAX / stepsFor(this.fromStart.cost, length)
    let starts = 0
    for (let at = 0; starts <= startsMax; starts++) {
      at = text.indexOf(this.fromStart.text, at) + 1
      if (at === 0) return true
    }
    return false
  }

  watch<T>(leftMs: Ms, search: () => T): T {
    try {
      return this.guard.within(leftMs, search)
    } catch (error) {
      throw error instanceof OutOfTime ? new SlowPatternError(this.source, error) : error
    }
  }
}
