/**
 * Explains requests and steps.
 */
import { formatDuration, plural } from '../../base/units.js'
import { describeCondition, describeStatus, describeTemplate } from '../../scenario/model/describe.js'
import type { JourneySpec, Step } from '../../scenario/model/journey.js'
import { listPairs } from '../../scenario/model/pairs.js'
import type { Ready } from '../../scenario/model/ready.js'
import type { RequestSpec } from '../../scenario/model/request.js'
import type { Scenario } from '../../scenario/model/scenario.js'

/** A step on one line. */
interface ExplainedStep {
  /** Nesting depth, from 0. */
  readonly depth: number
  readonly text: string
  /** The request it sends; null if none. */
  readonly request: RequestSpec | null
}

/** Describes what a request sends: `GET /items?page=1`, `POST /covers with cover.png`. */
export function lineOf({ method, path, query, body }: RequestSpec): string {
  const pairs = listPairs(query ?? {}).map(([name, value]) => `${name}=${describeTemplate(value)}`)
  const text = describeTemplate(path)
  const mark = text.includes('?') ? '&' : '?'
  return `${method} ${text}${pairs.length > 0 ? mark : ''}${pairs.join('&')}${explainBody(body)}`
}

function explainBody(body: RequestSpec['body']): string {
  if (body?.type === 'file') return ` with ${body.file.path}`
  return body?.type === 'multipart' ? ` with a form of ${plural(body.parts.length, 'field')}` : ''
}

/** Describes when a request succeeds: `status 2xx, 2 checks, captures token`. */
export function explainExpect({ expect, capture }: RequestSpec): string {
  const checks = expect.checks ?? []
  const parts = [
    `status ${describeStatus(expect.status)}`,
    ...(checks.length > 0 ? [plural(checks.length, 'check')] : []),
    ...(capture === undefined ? [] : [`captures ${capture.map(({ name }) => name).join(', ')}`]),
  ]
  return parts.join(', ')
}

/** Returns a line per step of a journey. Nested steps are indented. */
export function explainJourney({ name, steps }: JourneySpec): string[] {
  return listSteps(steps).map(({ depth, text, request }) => {
    if (request === null) return `${'  '.repeat(depth)}${text}`
    const own = request.name.slice(`${name} / `.length)
    const isNamed = !own.startsWith(`${request.method} `)
    return `${'  '.repeat(depth)}${isNamed ? `${own}: ` : ''}${text}; ${explainExpect(request)}`
  })
}

function listSteps(steps: readonly Step[], depth = 0): ExplainedStep[] {
  return steps.flatMap((step): ExplainedStep[] => {
    const when = step.if === undefined ? '' : `if ${describeCondition(step.if)}: `
    const often = describeRepeat(step)
    if (step.type === 'request')
      return [{ depth, text: `${when}${lineOf(step.request)}${often}`, request: step.request }]
    if (step.type === 'pause') {
      const [from, to] = step.pauseMs.map(formatDuration)
      return [
        { depth, text: `${when}pause ${from === to ? from : `${from} to ${to}`}${often}`, request: null },
      ]
    }
    return [{ depth, text: `${when}group${often}:`, request: null }, ...listSteps(step.steps, depth + 1)]
  })
}

/** Returns a line for each phase around the load: readiness, setup, per-user setup, teardown. */
export function explainPhases({ ready, before, beforeEach, after }: Scenario): string[] {
  const phases = [
    ['once before the load', before],
    ['once per virtual user', beforeEach],
    ['once after the load', after],
  ] as const
  const around = phases.flatMap(([title, steps]) =>
    steps.length === 0
      ? []
      : [
          `${title}: ${listSteps(steps)
            .map(({ text }) => text)
            .join(', then ')}`,
        ],
  )
  return ready === undefined ? around : [explainReady(ready), ...around]
}

function explainReady({ request, withinMs, degradedMs }: Ready): string {
  const degraded =
    degradedMs === null ? '' : `; degraded if the answer takes more than ${formatDuration(degradedMs)}`
  return `before anything else: ${lineOf(request)} until the status is below 400, for up to ${formatDuration(withinMs)}${degraded}`
}

function describeRepeat({ repeat }: Step): string {
  if (repeat === undefined) return ''
  const [from, to] = repeat.times
  const times = from === to ? plural(from, 'time') : `${from} to ${to} times`
  return repeat.until === undefined
    ? `, ${times}`
    : `, at most ${times}, until ${describeCondition(repeat.until)}`
}
