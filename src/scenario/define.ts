/**
 * A scenario defined in code → Scenario: with the same keys, defaults and checks as a file.
 */
import { type Problem, UserError } from '../base/errors.js'
import type { ScenarioDefinition } from './definition-types.js'
import { type LoadOptions, placeScenario } from './file.js'
import type { Scenario } from './model/scenario.js'

/** The file name that the scenario gets its default name from. */
const FILE = 'scenario.yaml'

/**
 * The scenario that a value describes. Its file paths are relative to `cwd`. Throws a UserError with all problems,
 * each with its path, such as `requests[0].get`.
 */
export function defineScenario(definition: ScenarioDefinition, options: LoadOptions): Scenario {
  const unsupported = findUnsupported(definition, '', new Set())
  if (unsupported.length > 0) throw new UserError(unsupported)
  try {
    // JSON is YAML, so there is only one reader with one set of checks.
    return { ...placeScenario(JSON.stringify(definition), FILE, options), file: null, text: '' }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    // The messages contain the path. A place in generated text would mislead.
    throw new UserError(
      error.problems.map((problem) => ({ ...problem, place: null })),
      error.kind,
    )
  }
}

/** Finds values that a file can't contain, which JSON would drop or change. */
function findUnsupported(value: unknown, path: string, above: ReadonlySet<unknown>): Problem[] {
  if (value === null || ['string', 'boolean', 'undefined'].includes(typeof value)) return []
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [unsupportedValue(path, String(value))]
  if (typeof value !== 'object') return [unsupportedValue(path, `a ${typeof value}`)]
  if (above.has(value)) return [unsupportedValue(path, 'a value that contains itself')]
  const within = new Set([...above, value])
  if (Array.isArray(value))
    return value.flatMap((item, index) => findUnsupported(item, `${path}[${index}]`, within))
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    return [unsupportedValue(path, `an object of the class ${value.constructor?.name ?? 'unknown'}`)]
  return Object.entries(value).flatMap(([key, item]) =>
    findUnsupported(item, path === '' ? key : `${path}.${key}`, within),
  )
}

function unsupportedValue(path: string, what: string): Problem {
  const where = path === '' ? '' : `${path}: `
  return {
    message: `${where}${what} can't be part of a scenario`,
    place: null,
    hint: 'write a string, number, boolean, list or plain object',
  }
}
