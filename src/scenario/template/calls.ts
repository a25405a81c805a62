/**
 * Function calls in templates: the number of arguments is checked, and so are arguments known before the run.
 */
import { nearest } from '../../base/suggest.js'
import type { Argument } from '../model/template.js'
import { FUNCTION_SYNONYMS, FUNCTIONS, type Known, kindProblem, type TemplateFunction } from './functions.js'
import type { Parsed } from './parsed.js'
import { ExpressionError, type Token } from './tokens.js'

/** The place of a call, and whether its first argument comes from a `|`. */
interface CallPlace {
  readonly name: Token
  readonly to: number
  readonly asFilter: boolean
}

/** A call of `fn` with these arguments. Throws an ExpressionError if their number or a value is wrong. */
export function checkCall(fn: TemplateFunction, args: readonly Parsed[], place: CallPlace): Parsed {
  const whole = { from: place.asFilter ? args[0]!.from : place.name.from, to: place.to }
  const marked = { from: place.name.from, to: place.to }
  const hint = `write it like ${fn.example}`
  const problem = arityProblem(fn, args.length, place.asFilter)
  if (problem !== null) throw new ExpressionError(problem, hint, marked)
  for (const [i, arg] of args.entries()) {
    const wrong = kindProblem(fn.takes[Math.min(i, fn.takes.length - 1)]!, knownOf(arg))
    const message = arg.isHidden ? 'the value from the environment is not allowed here' : wrong
    if (wrong !== null) throw new ExpressionError(`${fn.name}: ${message}`, hint, arg)
  }
  const wrong = fn.check?.(args.map(knownOf)) ?? null
  if (wrong !== null) {
    const message = `${fn.name} can't take the value from the environment`
    throw new ExpressionError(args.some(({ isHidden }) => isHidden) ? message : wrong, hint, marked)
  }
  const argument = { type: 'call', name: fn.name, args: args.map(unwrap) } as const
  return { argument, ...whole, isHidden: false }
}

/**
 * Turns `env('NAME', 'default')` into `${NAME:-default}`, so that both follow the same rules. Throws an
 * ExpressionError.
 */
export function readEnv(args: readonly Parsed[]): string {
  const [name, fallback] = args.map(knownOf)
  const isName = typeof name === 'string' && /^[A-Za-z_]\w*$/.test(name)
  if (!isName || (args.length > 1 && typeof fallback !== 'string')) {
    const message = isName
      ? "env's default must be text in quotes"
      : 'env takes the name of a variable, in quotes'
    throw new ExpressionError(
      message,
      "write it like env('NAME') or env('NAME', 'default')",
      args[isName ? 1 : 0]!,
    )
  }
  if (typeof fallback === 'string' && fallback.includes('}'))
    throw new ExpressionError("env's default can't contain }", 'choose another one', args[1]!)
  return typeof fallback === 'string' ? `\${${name}:-${fallback}}` : `\${${name}}`
}

/** The hint for an unknown or misused function. */
export function functionHint(name: string, { asFilter = false }: { readonly asFilter?: boolean }): string {
  const known = FUNCTIONS.find((fn) => fn.name === name)
  if (known !== undefined) return `write {{ ${known.example} }}`
  const usable = FUNCTIONS.filter((fn) => !asFilter || fn.isFilter)
  const found = similarFunction(name, usable)
  if (found === null)
    return `the ${asFilter ? 'filters' : 'functions'} are ${usable.map((fn) => fn.name).join(', ')}`
  return `did you mean ${asFilter && !found.example.includes('|') ? found.name : found.example}?`
}

/** The function that another tool's name or a misspelled one most likely means; null if there is none. */
export function similarFunction(
  name: string,
  among: readonly TemplateFunction[] = FUNCTIONS,
): TemplateFunction | null {
  const bare = name.replace(/^\$/, '')
  const synonym = Object.hasOwn(FUNCTION_SYNONYMS, bare) ? FUNCTION_SYNONYMS[bare] : undefined
  const meant =
    synonym ??
    nearest(
      bare,
      among.map((fn) => fn.name),
    )
  return among.find((fn) => fn.name === meant) ?? null
}

function arityProblem(fn: TemplateFunction, given: number, asFilter: boolean): string | null {
  const piped = asFilter ? 1 : 0
  const least = (fn.required ?? fn.takes.length) - piped
  const most = fn.isVariadic ? Number.POSITIVE_INFINITY : fn.takes.length - piped
  const count = given - piped
  if (count >= least && count <= most) return null
  return `${fn.name} takes ${countOf(least, most)}, got ${count === 0 ? 'none' : count}`
}

function countOf(least: number, most: number): string {
  const some = (count: number) => (count === 1 ? 'one argument' : `${count} arguments`)
  if (most === 0) return 'no arguments'
  if (least === most) return some(least)
  if (most === Number.POSITIVE_INFINITY) return `${some(least)} or more`
  if (least === 0) return `at most ${some(most)}`
  return `${least} ${most === least + 1 ? 'or' : 'to'} ${most} arguments`
}

function knownOf({ argument, isHidden }: Parsed): Known {
  if (typeof argument !== 'object' || argument === null) return argument
  // A hidden null is a value that must not be inspected at all.
  return argument.type === 'literal' && isHidden ? (argument.value ?? undefined) : undefined
}

/** An argument that is a literal is passed as its value. */
function unwrap({ argument }: Parsed): Argument {
  return typeof argument === 'object' && argument?.type === 'literal' ? argument.value : argument
}
