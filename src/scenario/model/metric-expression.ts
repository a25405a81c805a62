/**
 * Expressions over the metrics that a service reports of itself.
 */

/** A selector, a number, or terms that are calculated with. */
export type MetricExpression =
  | { readonly type: 'number'; readonly value: number }
  /** The sum of the series that match, or of their increase per second. */
  | { readonly type: 'sum' | 'rate'; readonly of: Selector }
  | {
      readonly type: 'operation'
      readonly operator: '+' | '-' | '*' | '/'
      readonly left: MetricExpression
      readonly right: MetricExpression
    }

/** Which series of a page are meant: those of that name whose labels match. */
export interface Selector {
  readonly name: string
  readonly matchers: readonly Matcher[]
}

/** A condition on a label. A series without the label has an empty value. */
export interface Matcher {
  readonly label: string
  /** `=~` and `!~` compare with a regular expression, which has to match the whole value. */
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

/** Lists the selectors of an expression, from left to right. */
export function selectorsOf(expression: MetricExpression): Selector[] {
  switch (expression.type) {
    case 'number':
      return []
    case 'operation':
      return [...selectorsOf(expression.left), ...selectorsOf(expression.right)]
    default:
      return [expression.of]
  }
}

/** A selector as PromQL writes it: `http_requests_total{code="500"}`. */
export function describeSelector({ name, matchers }: Selector): string {
  if (matchers.length === 0) return name
  const texts = matchers.map(({ label, operator, value }) => `${label}${operator}${JSON.stringify(value)}`)
  return `${name}{${texts.join(', ')}}`
}
