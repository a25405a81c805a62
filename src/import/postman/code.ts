/**
 * JavaScript as far as an importer needs it: comments out, brackets matched, paths into an answer read.
 */

/** The code without its comments; what stands in quotes is left alone. */
export function stripComments(code: string): string {
  return code.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`)|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g,
    (_, text: string | undefined) => text ?? '',
  )
}

/** From after an opening bracket to before its partner; to the end of the code without one. */
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

/** What an expression takes from an answer. */
export type Origin =
  | { readonly json: readonly (string | number)[] }
  | { readonly header: string }
  | { readonly cookie: string }

/** What the expression takes from an answer, given what variables hold; null for anything else. */
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

/** Without what only changes the form: `String(x)`, `x.toString()`, brackets around all of it. */
function unwrap(text: string): string {
  const inner = /^(?:String)?\(([\s\S]*)\)$/.exec(text)?.[1] ?? /^([\s\S]*)\.toString\(\s*\)$/.exec(text)?.[1]
  if (inner === undefined || upToClosing(`${inner})`, 0) !== inner) return text
  return unwrap(inner.trim())
}

/** `.a?.b[0]['c']`; null when there is more to it. */
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

/** The steps as a scenario writes a path into JSON. Null when a step can't be written. */
export function writePath(steps: readonly (string | number)[]): string | null {
  if (steps.some((step) => /['"\x00-\x1f]/.test(String(step)))) return null
  return `$${steps
    .map((step) =>
      typeof step === 'number' ? `[${step}]` : /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `['${step}']`,
    )
    .join('')}`
}
