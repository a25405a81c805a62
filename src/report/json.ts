/**
 * The result file itself.
 */
import type { Result } from '../stats/result.js'
import type { Format } from './index.js'

/** The result as JSON: indented, with a newline at its end. */
export function renderJson(result: Result): string {
  return `${JSON.stringify(result, null, 2)}\n`
}

/** The format `json`. */
export default { id: 'json', extension: 'json', render: renderJson } satisfies Format
