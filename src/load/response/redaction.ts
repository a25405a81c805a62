/**
 * What an answer says, in words that hold no secret. A service may repeat what it was sent, so what the request sent is
 * hidden, too: it's looked for only when there is something to tell.
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

/** If it is unknown which row was sent, the secrets of this many rows are looked for; with more, nothing is shown. */
const ROWS_MOST = 1000

/** Shorter texts occur in too many others. */
const LENGTH_MIN = 4

/** What is hidden in the answers to one request. */
export class Discretion {
  private readonly plan: Pick<Plan, 'secrets' | 'data'>
  private readonly feeders: readonly string[]
  private readonly sent: SentSecrets
  /** The secrets of all rows that may have been sent; null before they were asked for. */
  private ofRows: readonly string[] | 'too many' | null = null

  constructor(request: RequestSpec, plan: Pick<Plan, 'secrets' | 'data' | 'http'>) {
    this.plan = plan
    this.feeders = Object.keys(plan.data)
    this.sent = sentSecrets(request, plan.http.headers)
  }

  /** A text of the scenario, in quotes. */
  quote(text: string): string {
    return quoted(this.hide(text))
  }

  /** A text of the scenario. */
  hide(text: string): string {
    return redact(text, this.plan.secrets ?? [])
  }

  /** A text of an answer, in quotes. `draws`: what the iteration knows; null when that isn't kept. */
  quoteAnswer(text: string, draws: IterationContext | null): string {
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
      if (rows.size > ROWS_MOST) return 'too many'
      for (let i = 0; i < rows.size; i++) secrets.push(textOf(follow(rows.at(i), filled.path ?? [])))
    }
    return secrets
  }

  private rowsOf({ type, name }: FilledIn) {
    const feeder = type === 'data' ? this.plan.data[name] : undefined
    return feeder === undefined ? null : openRows(feeder)
  }
}
