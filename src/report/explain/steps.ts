/**
 * Requests and steps in words.
 */
import { formatDuration, plural } from '../../base/units.js'
import { describeCondition, describeStatus, describeTemplate } from '../../scenario/describe.js'
import type { Step } from '../../scenario/journey.js'
import type { RequestSpec, Scenario } from '../../scenario/scenario.js'

/** A step on one line, and what it succeeds with. */
export interface ExplainedStep {
  readonly text: string
  readonly outcome: string
}

/** What a request sends: `GET /items?page=1`, `POST /covers with cover.png`. */
export function lineOf({ method, path, query, body }: RequestSpec): string {
  const pairs = Object.entries(query ?? {}).map(([name, value]) => `${name}=${describeTemplate(value)}`)
  const text = describeTemplate(path)
  const mark = text.includes('?') ? '&' : '?'
  return `${method} ${text}${pairs.length > 0 ? mark : ''}${pairs.join('&')}${explainBody(body)}`
}

function explainBody(body: RequestSpec['body']): string {
  if (body?.type === 'file') return ` with ${body.file.path}`
  return body?.type === 'multipart' ? ` with a form of ${plural(body.parts.length, 'field')}` : ''
}

/** What a request succeeds with: `status 2xx, 2 checks, captures token`. */
export function explainExpect({ expect, capture }: RequestSpec): string {
  const checks = expect.checks ?? []
  const parts = [
    `status ${describeStatus(expect.status)}`,
    ...(checks.length > 0 ? [plural(checks.length, 'check')] : []),
    ...(capture === undefined ? [] : [`captures ${capture.map(({ name }) => name).join(', ')}`]),
  ]
  return parts.join(', ')
}

/** The steps one below the other, those inside of others further in. */
export function explainSteps(steps: readonly Step[], depth = 1): ExplainedStep[] {
  const indent = '  '.repeat(depth)
  return steps.flatMap((step): ExplainedStep[] => {
    const when = step.if === undefined ? '' : `if ${describeCondition(step.if)}: `
    const often = describeRepeat(step)
    if (step.type === 'request')
      return [
        { text: `${indent}${when}${lineOf(step.request)}${often}`, outcome: explainExpect(step.request) },
      ]
    if (step.type === 'pause') {
      const [from, to] = step.pauseMs.map(formatDuration)
      return [{ text: `${indent}${when}pause ${from === to ? from : `${from}..${to}`}${often}`, outcome: '' }]
    }
    return [
      { text: `${indent}${when}together${often}:`, outcome: '' },
      ...explainSteps(step.steps, depth + 1),
    ]
  })
}

/** What is done around the load, a line for each. */
export function explainPhases({ before, beforeEach, after }: Scenario): string[] {
  const phases = [
    ['once before the load', before],
    ['each virtual user first', beforeEach],
    ['once after the load', after],
  ] as const
  return phases.flatMap(([title, steps]) =>
    steps.length === 0
      ? []
      : [
          `${title}: ${explainSteps(steps, 0)
            .map(({ text }) => text.trim())
            .join(', then ')}`,
        ],
  )
}

function describeRepeat({ repeat }: Step): string {
  if (repeat === undefined) return ''
  const [from, to] = repeat.times
  const times = from === to ? plural(from, 'time') : `${from} to ${to} times`
  return `, ${times}${repeat.until === undefined ? '' : ` at most, until ${describeCondition(repeat.until)}`}`
}
