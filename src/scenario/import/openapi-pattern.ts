/**
 * A text that fits a regular expression: of the simple ones that API documents have for codes, numbers and slugs.
 */

const LENGTH_MAX = 200
const CLASSES: Readonly<Record<string, string>> = { d: '1', w: 'a', s: ' ', D: 'a', W: '-', S: 'a' }

/** A text that fits; null for expressions with groups, alternatives or anything else that's less than simple. */
export function sampleOf(pattern: string): string | null {
  const body = pattern.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')
  const part =
    /(?:\\([dwsDWS])|\\([^A-Za-z0-9])|\[(\^?)((?:[^\]\\]|\\.)+)\]|([^\\[\](){}*+?|^$.])|(\.))(?:\{(\d+)(?:,\d*)?\}|([*+?]))?/y
  let text = ''
  while (part.lastIndex < body.length) {
    const match = part.exec(body)
    if (match === null) return null
    const [, kind, escaped, negated, members, literal, , count, quantifier] = match
    const character = kind === undefined ? (escaped ?? literal ?? pick(members, negated)) : CLASSES[kind]!
    if (character === null) return null
    text += character.repeat(
      count === undefined ? (quantifier === '*' || quantifier === '?' ? 0 : 1) : Number(count),
    )
    if (text.length > LENGTH_MAX) return null
  }
  return text
}

/** A member of `[...]`, a letter or digit if there is one; of `.`, any. */
function pick(members: string | undefined, negated: string | undefined): string | null {
  if (members === undefined) return 'a'
  const list = [...members.matchAll(/\\(.)|([^\\])/gs)]
  if (negated === '^')
    return ['a', '1', '-'].find((one) => !members.includes(one) && !/\\|-/.test(members)) ?? null
  const [first] = list
  if (first === undefined) return null
  return first[1] === undefined ? first[2]! : (CLASSES[first[1]] ?? (/\w/.test(first[1]) ? null : first[1]))
}
