/**
 * Quotes responses without secrets. A service may repeat what it was sent, so secrets of the request are
 * hidden, too. They are collected only if there is something to show.
 */
import { secretTexts, withEncodings } from '../../base/secret-texts.js'
import { redact } from '../../base/secrets.js'
import type { IterationContext } from '../../plan/iteration-values.js'
import type { Plan } from '../../plan/plan.js'
import { openRows } from '../../plan/rows.js'
import { follow, textOf } from '../../plan/values.js'
import type { RequestSpec } from '../../scenario/model/request.js'
import { type FilledIn, type SentSecrets, sentSecrets } from '../../scenario/secrets/sent.js'
import { quoted } from '../../scenario/yaml/tree.js'

const HIDDEN = '[redacted]'

/**
 * If the row that was sent is unknown, the secrets of up to this many rows are hidden; with more rows, nothing
 * is shown.
 */
const ROWS_MAX = 1000

/** Shorter texts occur in too many other texts. */
const LENGTH_MIN = 4

/** Hides secrets in the responses to one request. */
export class Redactor {
  private readonly plan: Pick<Plan, 'secrets' | 'data'>
  private readonly feeders: readonly string[]
  private readonly sent: SentSecrets
  /** The secrets of all rows that may have been sent; null until needed. */
  private ofRows: readonly string[] | 'too many' | null = null

  constructor(request: RequestSpec, plan: Pick<Plan, 'secrets' | 'data' | 'http'>) {
    this.plan = plan
    this.feeders = Object.keys(plan.data)
    this.sent = sentSecrets(request, plan.http.headers)
  }

  /** Quotes a text of the scenario. */
  quote(text: string): string {
    return quoted(this.hide(text))
  }

  /** Hides secrets in a text of the scenario. */
  hide(text: string): string {
    return redact(text, this.plan.secrets ?? [])
  }

  /** Quotes a text of a response. `draws`: the iteration's values; null if they aren't kept. */
  quoteResponse(text: string, draws: IterationContext | null): string {
    const secrets = draws === null ? this.secretsOfRows() : this.secretsOf(draws)
    if (this.sent.isMade || secrets === 'too many') return quoted(HIDDEN)
    const long = secrets.filter((secret) => secret.length >= LENGTH_MIN)
    return quoted(redact(text, [...(this.plan.secrets ?? []), ...withEncodings(long)]))
  }

  private secretsOf(draws: IterationContext): string[] {
    const taken = this.feeders.map((name, i) => [name, draws.known(i)] as const)
    const named = [...draws.variables, ...taken].flatMap(([name, value]) => secretTexts(name, value))
    const sent = this.sent.values.flatMap((filled) => {
      const value =
        filled.type === 'variable'
          ? draws.variables.get(filled.name)
          : draws.known(this.feeders.indexOf(filled.name))
      return textOf(follow(value, filled.path ?? []))
    })
    return [...named, ...sent]
  }

  private secretsOfRows(): readonly string[] | 'too many' {
    this.ofRows ??= this.findInRows()
    return this.ofRows
  }

  private findInRows(): readonly string[] | 'too many' {
    const secrets: string[] = []
    for (const filled of this.sent.values) {
      const rows = this.rowsOf(filled)
      if (rows === null) continue
      if (rows.size > ROWS_MAX) return 'too many'
      for (let i = 0; i < rows.size; i++) secrets.push(textOf(follow(rows.at(i), filled.path ?? [])))
    }
    return secrets
  }

  private rowsOf({ type, name }: FilledIn) {
    const feeder = type === 'data' ? this.plan.data[name] : undefined
    return feeder === undefined ? null : openRows(feeder)
  }
}
