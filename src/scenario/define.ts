/**
 * A scenario that is written in code, as a value → Scenario: the same keys, defaults and checks as in a file.
 */
import { type Problem, UserError } from '../base/errors.js'
import type { ScenarioDefinition } from './definition-types.js'
import { type LoadOptions, placeScenario } from './file.js'
import type { Scenario } from './model/scenario.js'

/** What a file would be called that had no name of its own. */
const FILE = 'scenario.yaml'

/**
 * The scenario that a value describes. Files that it names lie relative to `cwd`. Throws a UserError with everything
 * that is wrong, by the path to it, such as `requests[0].get`.
 */
export function defineScenario(definition: ScenarioDefinition, options: LoadOptions): Scenario {
  const unsupported = findUnsupported(definition, '', new Set())
  if (unsupported.length > 0) throw new UserError(unsupported)
  try {
    // JSON is YAML: so there is one reader, with one set of checks.
    return { ...placeScenario(JSON.stringify(definition), FILE, options), file: null, text: '' }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    // The messages have the path; a place in a text that nobody wrote would mislead.
    throw new UserError(
      error.problems.map((problem) => ({ ...problem, place: null })),
      error.kind,
    )
  }
}

/** What no file could hold. JSON would drop it, or write something else. */
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
