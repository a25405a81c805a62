/**
 * Names and columns in templates, with suggestions for unknown ones.
 */
import { didYouMean } from '../../base/suggest.js'
import { quoted } from '../yaml/tree.js'
import { functionHint, similarFunction } from './calls.js'
import { FUNCTIONS } from './functions.js'
import type { Names, Shape } from './parsed.js'
import { ExpressionError, type Token } from './tokens.js'

/** Throws an ExpressionError unless the path exists in every row. */
export function checkPath(
  name: Token,
  steps: readonly Token[],
  { shape, hasDefault }: { readonly shape: Shape; readonly hasDefault: boolean },
): void {
  const [step, deeper] = steps
  if (step === undefined) return
  const { columns, gaps, isFlat } = shape
  const column = String(step.value)
  if (columns === null)
    throw new ExpressionError(
      `${name.text} has no fields: its values are single values`,
      `write {{ ${name.text} }}, or list rows under data, as ${name.text}: [{ ${column}: one }]`,
      step,
    )
  if (!columns.includes(column)) {
    const all = `the columns are ${columns.slice(0, 12).join(', ')}`
    throw new ExpressionError(
      `${name.text} has no column ${quoted(column)}`,
      didYouMean(column, columns) ?? all,
      step,
    )
  }
  if (deeper !== undefined && isFlat)
    throw new ExpressionError(
      `${name.text}.${column} is text and has no fields`,
      'remove what follows',
      deeper,
    )
  const gap = gaps.get(column)
  if (gap !== undefined && !hasDefault)
    throw new ExpressionError(
      `not every row of ${name.text} has ${quoted(column)}: ${gap} doesn't`,
      `add it there, or give a default: {{ ${name.text}.${column} | default('none') }}`,
      step,
    )
}

/** The keys that define names for templates. */
const DEFINITIONS = ['data', 'capture', 'before', 'beforeEach', 'requests', 'steps']

/** The error for an unknown name. */
export function unknownName(
  token: Token,
  names: Names,
  { hasPath, isArgument }: { readonly hasPath: boolean; readonly isArgument: boolean },
): ExpressionError {
  const name = token.text
  const known = [...names.shapes.keys(), ...names.variables]
  const wrong = (message: string, hint: string) => new ExpressionError(message, hint, token, DEFINITIONS)
  if (/^(__ENV|env|process|environment)$/.test(name) && hasPath)
    return wrong(`unknown name ${quoted(name)}`, "write env('NAME') for an environment variable")
  if (FUNCTIONS.some((fn) => fn.name === name)) return wrong(`${name} is a function`, functionHint(name, {}))
  const suggestion = didYouMean(name, known)
  if (suggestion !== null) return wrong(`unknown name ${quoted(name)}`, suggestion)
  const fn = similarFunction(name)
  if (fn !== null) return wrong(`unknown name ${quoted(name)}`, `did you mean the function ${fn.example}?`)
  const others = known.length > 0 ? `; the known names are ${known.slice(0, 8).join(', ')}` : ''
  if (/^[A-Z][A-Z0-9_]+$/.test(name) && !hasPath)
    return wrong(
      `unknown name ${quoted(name)}`,
      `define it under data, or write env('${name}') for an environment variable`,
    )
  if (isArgument && !hasPath)
    return wrong(
      `unknown name ${quoted(name)}`,
      `put text in quotes: '${name}'; or define the name under data`,
    )
  const example = hasPath ? `${name}: { file: ${name}.csv }` : `${name}: [one, two]`
  return wrong(`unknown name ${quoted(name)}`, `define it under data, as ${example}${others}`)
}
