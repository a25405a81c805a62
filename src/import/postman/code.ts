/**
 * The JavaScript that the importer understands: strips comments, matches brackets and reads paths into a response.
 */

/** The code without comments. Strings are kept. */
export function stripComments(code: string): string {
  return code.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`)|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g,
    (_, text: string | undefined) => text ?? '',
  )
}

/** The code from after an opening bracket to before its closing one, or to the end if there is none. */
export function upToClosing(code: string, from: number): string {
  const token = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`|[()[\]{}]/g
  token.lastIndex = from
  let depth = 0
  for (let match = token.exec(code); match !== null; match = token.exec(code)) {
    if ('([{'.includes(match[0])) depth++
    else if (')]}'.includes(match[0]) && --depth < 0) return code.slice(from, match.index)
  }
  return code.slice(from)
}

/** The part of a response that an expression reads. */
export type Origin =
  | { readonly json: readonly (string | number)[] }
  | { readonly header: string }
  | { readonly cookie: string }

/** The part of a response that the expression reads, given the variables' values; null for anything else. */
export function readOrigin(expression: string, known: ReadonlyMap<string, Origin>): Origin | null {
  const text = unwrap(expression.trim())
  const header = HEADER.exec(text)?.[2]
  if (header !== undefined) return { header }
  const cookie = COOKIE.exec(text)?.[2]
  if (cookie !== undefined) return { cookie }
  const root = ROOT.exec(text)
  const word = /^[A-Za-z_$][\w$]*/.exec(text)?.[0]
  const base = root !== null ? { json: [] } : word === undefined ? undefined : known.get(word)
  if (base === undefined) return null
  const steps = readSteps(text.slice((root?.[0] ?? word!).length))
  if (steps === null) return null
  if (!('json' in base)) return steps.length === 0 ? base : null
  return { json: [...base.json, ...steps] }
}

const ROOT =
  /^(?:await\s+)?(?:pm\.response\.json\(\s*\)|JSON\.parse\(\s*(?:responseBody|pm\.response\.text\(\s*\))\s*\))/
const HEADER =
  /^(?:pm\.response\.headers\.get|postman\.getResponseHeader)\(\s*(["'`])([^"'`]+)\1\s*\)(?:\.value)?$/
const COOKIE = /^(?:pm\.cookies\.get|postman\.getResponseCookie)\(\s*(["'`])([^"'`]+)\1\s*\)(?:\.value)?$/

/** Removes wrappers that only change the form: `String(x)`, `x.toString()`, outer parentheses. */
function unwrap(text: string): string {
  const inner = /^(?:String)?\(([\s\S]*)\)$/.exec(text)?.[1] ?? /^([\s\S]*)\.toString\(\s*\)$/.exec(text)?.[1]
  if (inner === undefined || upToClosing(`${inner})`, 0) !== inner) return text
  return unwrap(inner.trim())
}

/** Parses `.a?.b[0]['c']`; null if there is more. */
function readSteps(text: string): (string | number)[] | null {
  const steps: (string | number)[] = []
  const step = /\s*\??\.?\s*(?:(?<=\.\s*)([A-Za-z_$][\w$]*)(?!\s*\()|\[\s*(?:(\d+)|(["'`])([^"'`]*)\3)\s*\])/y
  while (step.lastIndex < text.length) {
    const match = step.exec(text)
    if (match === null) return null
    steps.push(match[2] === undefined ? (match[1] ?? match[4]!) : Number(match[2]))
  }
  return steps
}

/** A JSON path as a scenario writes it; null if a step can't be written. */
export function writePath(steps: readonly (string | number)[]): string | null {
  if (steps.some((step) => /['"\x00-\x1f]/.test(String(step)))) return null
  return `$${steps
    .map((step) =>
      typeof step === 'number' ? `[${step}]` : /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `['${step}']`,
    )
    .join('')}`
}
