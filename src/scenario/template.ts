/**
 * `{{ ... }}`: text with holes, read into literal strings and expressions. What fills the holes is decided later,
 * for every iteration.
 */
import { didYouMean, nearest } from '../base/suggest.js'
import { FUNCTIONS } from './functions.js'
import type { Expression, Template } from './scenario.js'
import { quoted, type Report } from './tree.js'

/** What a template is read with. */
export interface TemplateOptions {
  /** The names that `data` defines. */
  readonly names: readonly string[]
  /** The names of captured values. */
  readonly variables: readonly string[]
  /** Fills `${...}` in; null when it can't. `offset`: where the text begins in the template. */
  fill(text: string, offset: number): string | null
}

/**
 * The template that a text stands for. Null when something in it is wrong, all of which is reported.
 * What comes from the environment is never taken for a template.
 */
export function parseTemplate(text: string, options: TemplateOptions, report: Report): Template | null {
  const parts: (string | Expression)[] = []
  let isRight = true
  for (const piece of splitHoles(text)) {
    const part = piece.isHole ? parseHole(piece, options, report) : options.fill(piece.text, piece.offset)
    if (part === null) isRight = false
    else if (part !== '') parts.push(part)
  }
  return isRight ? parts : null
}

/** The literal text of a template, holes left out: what is known before the run. */
export function literalParts(template: Template): string[] {
  return template.filter((part) => typeof part === 'string')
}

/** The template's text with its holes in one spelling: `/users/{{ id }}`. */
export function normalizeHoles(text: string): string {
  return splitHoles(text)
    .map((piece) => (piece.isHole ? `{{ ${innerText(piece.text)} }}` : piece.text))
    .join('')
}

interface Piece {
  readonly text: string
  readonly offset: number
  readonly isHole: boolean
}

/** A hole ends at the first `}}` outside of quotes; one without an end reaches to the end of the text. */
const HOLE = /\{\{(?:'[^']*'|"[^"]*"|(?!\}\})[\s\S])*?(?:\}\}|$)/g

function splitHoles(text: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const match of text.matchAll(HOLE)) {
    pieces.push({ text: text.slice(end, match.index), offset: end, isHole: false })
    pieces.push({ text: match[0], offset: match.index, isHole: true })
    end = match.index + match[0].length
  }
  pieces.push({ text: text.slice(end), offset: end, isHole: false })
  return pieces
}

function innerText(hole: string): string {
  return hole.slice(2, hole.endsWith('}}') ? -2 : undefined).trim()
}

function parseHole(piece: Piece, options: TemplateOptions, report: Report): Expression | null {
  const part = { text: piece.text.split('\n', 1)[0]!, from: piece.offset }
  const wrong = (message: string, hint: string): null => {
    report({ message, hint, part })
    return null
  }
  if (piece.text.length < 4 || !piece.text.endsWith('}}'))
    return wrong('{{ has no }} after it', 'close it with }}')
  const inner = options.fill(innerText(piece.text), piece.offset)
  if (inner === null) return null
  if (inner === '') return wrong('nothing stands between {{ and }}', `write ${waysToFill(options.names)}`)
  const call = /^([A-Za-z_]\w*)\s*\(([\s\S]*)\)$/.exec(inner)
  if (call !== null) return parseCall(call[1]!, call[2]!, wrong)
  if (options.variables.includes(inner)) return { type: 'variable', name: inner }
  return parseName(inner, options.names, wrong)
}

type Wrong = (message: string, hint: string) => null

function parseName(name: string, known: readonly string[], wrong: Wrong): Expression | null {
  if (known.includes(name)) return { type: 'data', name }
  const calls = FUNCTIONS.map((fn) => fn.name)
  if (calls.includes(name)) return wrong(`${name} is a function`, `write {{ ${example(name)} }}`)
  if (/^[A-Za-z_][\w-]*\.[\w.-]+$/.test(name)) {
    return wrong(
      `fields of a row, such as ${quoted(name)}, are not supported yet`,
      'list the values under data',
    )
  }
  if (!/^[A-Za-z_][\w-]*$/.test(name)) {
    return wrong(`${quoted(name)} is neither a name nor a function call`, `write ${waysToFill(known)}`)
  }
  const suggestion = didYouMean(name, known)
  if (suggestion !== null) return wrong(`unknown name ${quoted(name)}`, suggestion)
  const call = nearest(name, calls)
  if (call !== null)
    return wrong(`unknown name ${quoted(name)}`, `did you mean the function ${example(call)}?`)
  return wrong(`unknown name ${quoted(name)}`, `define it under data, as ${name}: [one, two]${others(known)}`)
}

function parseCall(name: string, argumentText: string, wrong: Wrong): Expression | null {
  const fn = FUNCTIONS.find((candidate) => candidate.name === name)
  if (fn === undefined) {
    const all = FUNCTIONS.map((known) => known.name)
    const suggestion = nearest(name, all)
    const hint =
      suggestion === null
        ? `there are ${FUNCTIONS.map((f) => f.example).join(', ')}`
        : `did you mean ${example(suggestion)}?`
    return wrong(`unknown function ${quoted(name)}`, hint)
  }
  const args = parseArguments(argumentText)
  if (args === null) {
    return wrong(
      `the arguments of ${name} can't be read`,
      `write numbers, and texts in quotes: ${fn.example}`,
    )
  }
  const fault = args.length === fn.arity ? fn.check(args) : arityFault(name, fn.arity, args.length)
  return fault === null ? { type: 'call', name, args } : wrong(fault, `write it like ${fn.example}`)
}

function arityFault(name: string, wanted: number, given: number): string {
  const count = wanted === 0 ? 'no arguments' : wanted === 1 ? 'one argument' : `${wanted} arguments`
  return `${name} takes ${count}, here ${given === 1 ? 'is' : 'are'} ${given === 0 ? 'none' : given}`
}

/** Numbers and quoted texts between commas; null for anything else. */
function parseArguments(text: string): (string | number)[] | null {
  if (text.trim() === '') return []
  const args: (string | number)[] = []
  // Sticky, so that nothing between two arguments is skipped.
  const argument = /\s*(?:(-?\d+(?:\.\d+)?)|'([^']*)'|"([^"]*)")\s*(,|$)/y
  while (argument.lastIndex < text.length) {
    const match = argument.exec(text)
    if (match === null) return null
    args.push(match[1] === undefined ? (match[2] ?? match[3]!) : Number(match[1]))
  }
  return /,\s*$/.test(text) ? null : args
}

function example(name: string): string {
  return FUNCTIONS.find((fn) => fn.name === name)!.example
}

function waysToFill(names: readonly string[]): string {
  const calls = FUNCTIONS.map((fn) => fn.example).join(', ')
  return names.length === 0
    ? `a function: ${calls}`
    : `a name of data (${names.slice(0, 5).join(', ')}) or ${calls}`
}

function others(known: readonly string[]): string {
  return known.length === 0 ? '' : `; there are ${known.slice(0, 8).join(', ')}`
}
