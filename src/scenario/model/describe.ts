/**
 * Loads, conditions and templates as text.
 */
import { formatCount, formatDuration, formatRate, plural } from '../../base/units.js'
import type { Expect } from './expect.js'
import type { Condition } from './journey.js'
import { ITERATIONS_MS_MAX, type Load } from './load-types.js'
import type { Argument, Literal, Template } from './template.js'

/**
 * Describes a load and its warm-up: `0 to 20 users in 5s, 20 users for 20s`, `200/s for 30s`, `1000 iterations by 10
 * users`.
 */
export function describeLoad(load: Load): string {
  const ways = isCount(load) ? [describeCount(load)] : describeStages(load)
  if (load.iterations !== null && !isCount(load)) ways.push(`at most ${plural(load.iterations, 'iteration')}`)
  if (load.model === 'closed' && load.pacingMs !== undefined)
    ways.push(`paced ${[...new Set(load.pacingMs.map(formatDuration))].join('..')}`)
  if (load.warmupMs > 0) ways.push(`warm-up ${formatDuration(load.warmupMs)}`)
  return ways.join(', ')
}

/** Whether the load is a number of iterations by a constant number of users. Its stage is then only a time limit. */
function isCount(load: Load): boolean {
  const [stage, ...others] = load.stages
  if (load.model === 'closed' && load.iterationsPerVu !== undefined) return true
  return (
    load.iterations !== null && load.model === 'closed' && others.length === 0 && stage!.target === load.start
  )
}

function describeCount(load: Load): string {
  const { durationMs, target } = load.stages[0]!
  const limit = durationMs === ITERATIONS_MS_MAX ? '' : ` within ${formatDuration(durationMs)}`
  if (load.model === 'closed' && load.iterationsPerVu !== undefined)
    return `${plural(load.iterationsPerVu, 'iteration')} by each of ${plural(target, 'user')}${limit}`
  return `${plural(load.iterations!, 'iteration')} by ${plural(target, 'user')}${limit}`
}

function describeStages(load: Load): string[] {
  const level = (value: number) => (load.model === 'closed' ? plural(value, 'user') : formatRate(value))
  const plain = (value: number) => (load.model === 'closed' ? formatCount(value) : formatRate(value))
  let from = load.start
  return load.stages.flatMap(({ durationMs, target, burst }) => {
    const before = from
    from = target
    const bursts = burst === undefined ? [] : [`${plural(burst, 'arrival')} at once`]
    const time = formatDuration(durationMs)
    if (burst !== undefined && target === 0 && before === 0)
      return durationMs === 0 ? bursts : [...bursts, `nothing for ${time}`]
    if (durationMs === 0) return bursts
    return [
      ...bursts,
      before === target ? `${level(target)} for ${time}` : `${plain(before)} to ${level(target)} in ${time}`,
    ]
  })
}

/** Describes allowed statuses: `below 400`, `2xx`, `201`, `200, 404 or 300..302`. */
export function describeStatus(ranges: Expect['status']): string {
  const texts = ranges.map(([from, to]) => {
    if (from === 100) return `below ${to + 1}`
    if (from === to) return `${from}`
    return from % 100 === 0 && to === from + 99 ? `${from / 100}xx` : `${from}..${to}`
  })
  const last = texts.at(-1)!
  return texts.length === 1 ? last : `${texts.slice(0, -1).join(', ')} or ${last}`
}

/** A condition as it could be written: `{{ status }} == done`. */
export function describeCondition(condition: Condition): string {
  const left = describeTemplate(condition.left)
  if (!('right' in condition)) return condition.operator === 'is' ? left : `not ${left}`
  return `${left} ${condition.operator} ${describeTemplate(condition.right)}`
}

/** A template as it could be written: `/items/{{ id }}`. */
export function describeTemplate(template: Template): string {
  return template
    .map((part) => (typeof part === 'string' ? part : `{{ ${describeExpression(part)} }}`))
    .join('')
}

function describeExpression(expression: Argument): string {
  if (expression === null || typeof expression !== 'object') return describeLiteral(expression)
  if (expression.type === 'literal') return describeLiteral(expression.value)
  if (expression.type === 'call')
    return `${expression.name}(${expression.args.map(describeExpression).join(', ')})`
  const steps = (expression.path ?? []).map((step) =>
    typeof step === 'number'
      ? `[${step}]`
      : /^[A-Za-z_]\w*$/.test(step)
        ? `.${step}`
        : `[${describeLiteral(step)}]`,
  )
  return expression.name + steps.join('')
}

function describeLiteral(value: Literal): string {
  if (typeof value !== 'string') return String(value)
  const escaped = value
    .replace(/['\\]/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t')
  return `'${escaped}'`
}
