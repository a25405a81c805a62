/**
 * Inputs made from good ones by mistakes: of texts, of trees (as JSON), of bytes, of command lines.
 */
import { deepText, deepValue, ODD_TEXTS, ODD_VALUES } from './odd.js'

/** The text with some of its tokens or lines changed. */
export function mutateText(text, chance) {
  let mutated = text
  for (let left = 1 + chance.below(4); left > 0; left--) mutated = chance.of(TEXT_MISTAKES)(mutated, chance)
  return mutated
}

const TEXT_MISTAKES = [
  // By tokens, which keeps most of the structure.
  (text, chance) => overTokens(text, chance, (tokens, i) => tokens.splice(i, 1)),
  (text, chance) => overTokens(text, chance, (tokens, i) => tokens.splice(i, 0, tokens[i])),
  (text, chance) => overTokens(text, chance, (tokens, i) => tokens.splice(i, 1, oddText(chance))),
  (text, chance) => overTokens(text, chance, (tokens, i) => tokens.splice(i, 0, oddText(chance))),
  (text, chance) => overTokens(text, chance, (tokens, i) => tokens.splice(i, 1, oddNumber(chance))),
  (text, chance) =>
    overTokens(text, chance, (tokens, i) => {
      const other = chance.below(tokens.length)
      ;[tokens[i], tokens[other]] = [tokens[other], tokens[i]]
    }),
  (text, chance) => overTokens(text, chance, (tokens, i) => tokens.splice(i, 1, chance.of(tokens))),
  // By lines.
  (text, chance) => overLines(text, chance, (lines, i) => lines.splice(i, 1)),
  (text, chance) => overLines(text, chance, (lines, i) => lines.splice(i, 0, lines[i])),
  (text, chance) => overLines(text, chance, (lines, i) => lines.splice(i, 0, chance.of(lines))),
  (text, chance) =>
    overLines(text, chance, (lines, i) => lines.splice(i, 1, `${chance.of([' ', '  ', '\t'])}${lines[i]}`)),
  (text, chance) =>
    overLines(text, chance, (lines, i) => lines.splice(i, 1, lines[i].replace(/^ {1,2}/, ''))),
  // By characters.
  (text, chance) => {
    const at = chance.below(text.length + 1)
    return text.slice(0, at) + text.slice(at + 1)
  },
  (text, chance) => {
    const at = chance.below(text.length + 1)
    return text.slice(0, at) + oddText(chance) + text.slice(at)
  },
  (text, chance) => text.slice(0, chance.below(text.length + 1)),
  (text, chance) => text.slice(chance.below(text.length + 1)),
  // The whole of it.
  (text, chance) =>
    chance.hit(0.2) ? `\ufeff${text}` : text.replaceAll('\n', chance.of(['\r\n', '\r', '\n\n'])),
  (text, chance) => {
    if (chance.hit(0.8)) return text
    const at = chance.below(text.length + 1)
    return text.slice(0, at) + oddLong(chance) + text.slice(at)
  },
]

/** Signs that formats set apart, words, and what lies between. */
const TOKENS = /[\w.-]+|\s+|[^\w\s.-]/g

function overTokens(text, chance, change) {
  // Only a part of a long text is cut up.
  const from = text.length > 4000 ? chance.below(text.length - 4000) : 0
  const part = text.slice(from, from + 4000)
  const tokens = part.match(TOKENS) ?? ['']
  change(tokens, chance.below(tokens.length))
  return text.slice(0, from) + tokens.join('') + text.slice(from + 4000)
}

function overLines(text, chance, change) {
  const lines = text.split('\n')
  change(lines, chance.below(lines.length))
  return lines.join('\n')
}

function oddText(chance) {
  return chance.of(ODD_TEXTS)
}

function oddNumber(chance) {
  const digits = '9'.repeat(chance.below(400))
  return chance.of([
    String(chance.below(2 ** 31)),
    digits,
    `0.${digits}`,
    `-${digits}`,
    `1e${digits}`,
    '0x1f',
    '1_000',
  ])
}

function oddLong(chance) {
  return chance.of([
    () => deepText(chance, 10_000),
    () => deepText(chance, 200),
    () => oddText(chance).repeat(chance.of([1000, 20_000])),
    () => `${'key '.repeat(5000)}: `,
    () => `"${'a'.repeat(200_000)}"`,
    () => aliasBomb(),
  ])()
}

/** Nine levels of aliases, each with nine of the one before. */
function aliasBomb() {
  const levels = Array.from(
    { length: 9 },
    (_, i) => `a${i}: &a${i} [${Array(9).fill(i === 0 ? 'x' : `*a${i - 1}`)}]`,
  )
  return `\n${levels.join('\n')}\n`
}

/** The tree with some of its parts changed; the tree itself stays as it is. */
function mutateTree(tree, chance) {
  const root = { top: structuredClone(tree) }
  for (let left = 1 + chance.below(3); left > 0; left--) {
    const spots = spotsOf(root)
    const spot = chance.of(spots)
    chance.of(TREE_MISTAKES)(spot, { chance, spots })
  }
  return root.top
}

const TREE_MISTAKES = [
  ({ holder, key }) => remove(holder, key),
  ({ holder, key }, { chance }) => set(holder, key, structuredClone(chance.of(ODD_VALUES))),
  ({ holder, key }, { chance }) => set(holder, key, oddText(chance)),
  ({ holder, key }, { chance }) => {
    const value = holder[key]
    if (typeof value === 'string') set(holder, key, mutateText(value, chance))
    else if (typeof value === 'number') set(holder, key, value * chance.of([-1, 0.1, 1000, 1e10, 0]))
    else set(holder, key, chance.of([[value], { a: value }, { value, values: [value] }]))
  },
  ({ holder, key }, { chance, spots }) => {
    const other = chance.of(spots)
    const value = structuredClone(other.holder[other.key])
    set(holder, key, value)
  },
  ({ holder, key }, { chance }) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 0, structuredClone(holder[key]))
    else
      set(
        holder,
        chance.of([oddText(chance), `${key}x`, key.slice(1), key.toUpperCase()]),
        structuredClone(holder[key]),
      )
  },
  ({ holder, key }, { chance }) => {
    if (Array.isArray(holder)) return
    const value = holder[key]
    remove(holder, key)
    set(holder, chance.of([oddText(chance), `${key}s`]), value)
  },
  ({ holder, key }, { chance }) => {
    if (chance.hit(0.1)) set(holder, key, deepValue(chance, chance.of([100, 1000])))
    else if (chance.hit(0.05)) set(holder, key, oddText(chance).repeat(20_000))
  },
  ({ holder, key }, { chance }) => {
    const value = holder[key]
    if (!Array.isArray(value) || value.length === 0 || JSON.stringify(value).length > 20_000) return
    if (chance.hit(0.1))
      set(
        holder,
        key,
        Array.from({ length: 200 }, (_, i) => structuredClone(value[i % value.length])),
      )
    else value.reverse()
  },
]

/** Where something stands in the tree: its top, and up to 2,000 places below. */
function spotsOf(root) {
  const spots = [{ holder: root, key: 'top' }]
  for (let i = 0; i < spots.length && spots.length < 2000; i++) {
    const value = spots[i].holder[spots[i].key]
    if (typeof value !== 'object' || value === null) continue
    for (const key of Object.keys(value)) spots.push({ holder: value, key })
  }
  return spots
}

function set(holder, key, value) {
  // Not by assignment: `__proto__` has to become a key like any other.
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}

function remove(holder, key) {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

/** The tree as JSON, now and then with a key twice, or further mistakes in its text. */
export function mutateJson(tree, chance) {
  const text = JSON.stringify(mutateTree(tree, chance), null, chance.of([0, 2])) ?? ''
  if (chance.hit(0.05)) return text.replace(/"(\w+)":/, '"$1":1,"$1":')
  return chance.hit(0.3) ? mutateText(text, chance) : text
}

/** Parts are repeated by the thousand, again and again: a file of more than this says nothing about perfctl. */
const LENGTH_MAX = 16e6

/** The text as bytes, now and then not UTF-8. */
export function toBytes(given, chance) {
  const text = given.slice(0, LENGTH_MAX)
  // Lone surrogates become U+FFFD here, but escapes of them in JSON stay.
  const bytes = Buffer.from(text, chance.hit(0.02) ? 'latin1' : 'utf8')
  if (chance.hit(0.03) && bytes.length > 0) bytes[chance.below(bytes.length)] = 0x80 + chance.below(0x80)
  if (chance.hit(0.01)) return Buffer.from(text, 'utf16le')
  return bytes
}

/** A command line with some of its words changed. */
export function mutateWords(words, chance) {
  const mutated = [...words]
  for (let left = 1 + chance.below(3); left > 0; left--) {
    const at = chance.below(mutated.length + 1)
    const word = mutated[at] ?? ''
    chance.of([
      () => mutated.splice(at, 1),
      () => mutated.splice(at, 0, word),
      () => mutated.splice(at, 1, mutateText(word, chance).slice(0, 3000)),
      () => mutated.splice(at, 1, oddText(chance)),
      () => mutated.splice(at, 1, oddNumber(chance)),
      () => mutated.splice(at, 0, chance.of(words)),
      () => mutated.splice(at, 1, `${word}=${oddText(chance)}`),
    ])()
  }
  // No shell passes a NUL on.
  return mutated.map((word) => word.replaceAll('\0', ''))
}
