/**
 * `ready`: what the service has to answer before the load.
 */
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, map } from '../fields/schema.js'
import type { Ready } from '../model/ready.js'
import { type Report, wrongKey } from '../yaml/tree.js'
import { makeRequest, PATH, readPath } from './request.js'

type ReadyInput = FieldsOf<typeof readyFields>

const DEFAULTS = { within: 30_000 }

/** The field `ready` of a scenario: a URL, or a map with its limits. */
export function readySchema(leaves: Leaves) {
  return map(readyFields(leaves), {
    description: 'Waits before the load until the service answers.',
    sample: 'get: /healthz',
    synonyms: { url: 'get', path: 'get', timeout: 'within', wait: 'within', slow: 'degraded' },
    shorthand: { key: 'get', meta: { ...PATH, examples: ['/healthz'] } },
    check: checkLimits,
  })
}

function readyFields({ leaf, time, timeout }: Leaves) {
  return {
    get: leaf(readPath, {
      ...PATH,
      description:
        'Path or whole URL that is asked, with the headers under http, until the status is below 400. Nothing else is sent before.',
      examples: ['/healthz'],
    }),
    within: timeout(
      'Time limit for that answer; without one, the run ends with exit code 3.',
      DEFAULTS.within,
    ),
    degraded: time('If the answer takes longer than this, the result says that the service is degraded.'),
  }
}

/** What the input describes. Its request is sent again only after the wait, whatever `http.retries` says. */
export function makeReady({ get, within = DEFAULTS.within, degraded }: ReadyInput, line: number): Ready {
  const request = makeRequest({ get }, 'ready', line)
  const retries = { count: 0, backoffMs: [0, 0], kinds: [], statuses: [] } as const
  return { request: { ...request, retries }, withinMs: within, degradedMs: degraded ?? null }
}

/** Reports a limit without effect. */
function checkLimits({ within = DEFAULTS.within, degraded }: ReadyInput, report: Report): void {
  if (degraded === undefined || degraded === null || within === null || degraded < within) return
  const hint = 'make it shorter than within, or remove it'
  wrongKey(report, ['degraded'], 'degraded has no effect: an answer that slow is not within the limit', hint)
}
