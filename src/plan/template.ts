/**
 * Templates made ready to run: each becomes a function, or a constant when it has no holes. No text is parsed and
 * no code is made while the load runs.
 */
import type { Expression, Feeder, JsonTemplate, Template } from '../scenario/scenario.js'
import type { Draws } from './draws.js'
import { callFunction } from './functions.js'

/** What a hole is filled with. */
export type Value = string | number | boolean

/** Makes the text of one iteration. */
export type Render = (draws: Draws) => string

/** The names of the feeders, in the order of `Draws.feeders`. */
export type FeederIndex = ReadonlyMap<string, number>

/** How a value is written where it stands. */
export type Escape = (value: Value) => string

/** The function that writes `template`; a string when it is the same in every iteration. */
export function compileText(template: Template, feeders: FeederIndex, write: Escape): string | Render {
  if (template.every((part) => typeof part === 'string')) return template.join('')
  const parts = template.map((part) => (typeof part === 'string' ? part : compileHole(part, feeders, write)))
  if (parts.length === 1) return parts[0] as Render
  return (draws) => {
    let text = ''
    for (const part of parts) text += typeof part === 'string' ? part : part(draws)
    return text
  }
}

/** The function that writes `template` as JSON text; a string when it is the same in every iteration. */
export function compileJson(template: JsonTemplate, feeders: FeederIndex): string | Render {
  const parts: (string | Render)[] = []
  collectJson(template, feeders, parts)
  const merged = mergeNeighbours(parts)
  if (merged.length === 1) return merged[0]!
  return (draws) => {
    let text = ''
    for (const part of merged) text += typeof part === 'string' ? part : part(draws)
    return text
  }
}

function collectJson(template: JsonTemplate, feeders: FeederIndex, parts: (string | Render)[]): void {
  if (template === null || typeof template !== 'object') {
    parts.push(JSON.stringify(template))
  } else if (Array.isArray(template)) {
    parts.push('[')
    for (const [i, item] of (template as readonly JsonTemplate[]).entries()) {
      if (i > 0) parts.push(',')
      collectJson(item, feeders, parts)
    }
    parts.push(']')
  } else if ('object' in template) {
    parts.push('{')
    for (const [i, [key, value]] of Object.entries(template.object).entries()) {
      parts.push(`${i > 0 ? ',' : ''}${JSON.stringify(key)}:`)
      collectJson(value, feeders, parts)
    }
    parts.push('}')
  } else {
    parts.push(compileJsonString((template as { readonly $: Template }).$, feeders))
  }
}

/** A string of JSON; one that is a single hole keeps the type of its value. */
function compileJsonString(template: Template, feeders: FeederIndex): string | Render {
  const [only] = template
  if (template.length === 1 && typeof only === 'object') return compileHole(only, feeders, JSON.stringify)
  const inner = compileText(template, feeders, escapeInString)
  if (typeof inner === 'string') return JSON.stringify(inner)
  const escaped = template.map((part) => (typeof part === 'string' ? escapeInString(part) : part))
  const render = compileText(escaped, feeders, escapeInString) as Render
  return (draws) => `"${render(draws)}"`
}

function escapeInString(value: Value): string {
  return typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : String(value)
}

function mergeNeighbours(parts: readonly (string | Render)[]): (string | Render)[] {
  const merged: (string | Render)[] = []
  for (const part of parts) {
    const last = merged.at(-1)
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part
    else merged.push(part)
  }
  return merged
}

function compileHole(expression: Expression, feeders: FeederIndex, write: Escape): Render {
  if (expression.type === 'data') {
    const index = feeders.get(expression.name)!
    return (draws) => write(draws.value(index))
  }
  if (expression.type === 'variable') {
    const { name } = expression
    return (draws) => write(draws.variables.get(name) as Value)
  }
  if (expression.type === 'base64') {
    const render = compileText(expression.of, feeders, String)
    return (draws) => write(toBase64(typeof render === 'string' ? render : render(draws)))
  }
  const call = callFunction(expression.name, expression.args)
  return (draws) => write(call(draws))
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** The feeders of a plan by name, numbered in the order of the file. */
export function indexFeeders(data: Readonly<Record<string, Feeder>>): FeederIndex {
  return new Map(Object.keys(data).map((name, i) => [name, i]))
}
