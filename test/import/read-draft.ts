import type { Draft } from '../../src/import/draft.js'
import { writeDraft } from '../../src/import/write.js'
import type { RequestSpec } from '../../src/scenario/model/request.js'
import type { Entry, Scenario } from '../../src/scenario/model/scenario.js'
import type { Template } from '../../src/scenario/model/template.js'
import { readScenario } from '../../src/scenario/read.js'

type JourneySpec = Extract<Entry, { readonly steps: unknown }>

/**
 * Writes a draft and reads it back. Environment variables that aren't given are `x`. Throws if the reader rejects it.
 */
export function readDraft(draft: Draft, given: Readonly<Record<string, string>> = {}): Scenario {
  const text = writeDraft(draft, { command: 'perfctl import', schema: null })
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name, 'x'])
  return readScenario(text, { file: 'imported.yaml', env: { ...Object.fromEntries(names), ...given } })
}

/** Entry `index` of a scenario, which is a journey. */
export function journeyOf({ requests }: Scenario, index = 0): JourneySpec {
  const entry = requests[index]!
  if (!('steps' in entry)) throw new Error(`${entry.name} is a single request`)
  return entry
}

/** A journey's requests by name; pauses are `pause` with their milliseconds. */
export function outlineOf(journey: JourneySpec): string[] {
  return journey.steps.map((step) => {
    if (step.type === 'pause') return `pause ${step.pauseMs.join('..')}`
    if (step.type === 'group') throw new Error('a group in an imported journey')
    const { method, path, name } = step.request
    return `${name.slice(`${journey.name} / `.length)}: ${method} ${show(path)}`
  })
}

/** The request at step `index` of a journey. */
export function stepOf({ steps }: JourneySpec, index: number): RequestSpec {
  const step = steps[index]!
  if (step.type !== 'request') throw new Error(`step ${index} is a ${step.type}`)
  return step.request
}

/** A template as text, with expressions as `<name>`. */
export function show(template: Template): string {
  return template
    .map((part) => {
      if (typeof part === 'string') return part
      return part.type === 'variable' || part.type === 'data' ? `<${part.name}>` : `<${part.type}>`
    })
    .join('')
}
