/**
 * Draft → the text of a scenario file, as a person would have written it: comments on top, short maps on one line.
 */
import { printable } from '../base/printable.js'
import { writeScalar } from '../scenario/yaml/yaml.js'
import type { Draft } from './draft.js'

/** Where a draft comes from, and where it goes. */
export interface Origin {
  /** `perfctl import har shop.har` */
  readonly command: string
  /** Where the JSON Schema lies, relative to the scenario; null when it isn't at hand. */
  readonly schema: string | null
}

/** Lines no longer than this, where a line can be broken. */
const WIDTH = 100

/** The keys of a scenario that are lists of one entry per line, however short. */
const TALL: ReadonlySet<string> = new Set(['requests', 'steps', 'stages', 'thresholds', 'data'])

/** The text of the scenario, with its notes on top. */
export function writeDraft({ scenario, notes }: Draft, { command, schema }: Origin): string {
  const modeline = schema === null ? [] : [`# yaml-language-server: $schema=${schema}`]
  const told = notes.flatMap((note) => comment(note, '# - ', '#   '))
  const head = [...modeline, ...comment(`Made by ${command}`, '# ', '#   '), ...told]
  const blocks = Object.entries(scenario)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [isTall(key, value) ? '' : null, ...writeEntry(key, value, 0)])
  const lines = blocks.flat().filter((line) => line !== null)
  return `${[...head, ...lines].join('\n')}\n`
}

/** Whether a blank line stands before the key: before all but the short ones. */
function isTall(key: string, value: unknown): boolean {
  return typeof value === 'object' || key === 'name'
}

function comment(text: string, first: string, further: string): string[] {
  const lines: string[] = []
  let line = first
  for (const word of printable(text).split(' ')) {
    if (line.length + word.length > WIDTH + 10 && line.trimEnd().length > 3) {
      lines.push(line.trimEnd())
      line = further
    }
    line += `${word} `
  }
  return [...lines, line.trimEnd()]
}

/** `key: value`, on as many lines as it takes. */
function writeEntry(key: string, value: unknown, indent: number): string[] {
  const margin = ' '.repeat(indent)
  if (isLongKey(key)) return [`${margin}? ${writeKey(key)}`, `${margin}: ${flow(value)}`]
  const start = `${margin}${writeKey(key)}:`
  const short = TALL.has(key) && !isEmpty(value) ? null : inline(value, WIDTH - start.length - 1)
  if (short !== null) return [`${start} ${short}`]
  if (typeof value === 'string') return [...literalBlock(value, start, indent)]
  if (isList(value) && value.every(isScalar) && !TALL.has(key)) return wrapped(value, start, indent)
  return [start, ...writeBlock(value as object, indent + 2)]
}

function writeBlock(value: object, indent: number): string[] {
  if (!isList(value)) return Object.entries(value).flatMap(([key, item]) => writeEntry(key, item, indent))
  return value.flatMap((item) => writeItem(item, indent))
}

/** `- ...`: the first key of a map stands behind the dash. */
function writeItem(item: unknown, indent: number): string[] {
  const dash = `${' '.repeat(indent)}- `
  const isLong = isMap(item) && ('name' in item || Object.keys(item).length === 1)
  const short = isLong ? null : inline(item, WIDTH - dash.length)
  if (short !== null) return [dash + short]
  if (typeof item !== 'object' || item === null) return [dash + writeValue(item as string)]
  const [first = '', ...rest] = writeBlock(item, indent + 2)
  return [dash + first.trimStart(), ...rest]
}

/** The value on one line; null when it's longer than `room`. A single value always fits, unless it has lines. */
function inline(value: unknown, room: number): string | null {
  if (isScalar(value)) {
    return typeof value === 'string' && isBlock(value) ? null : writeValue(value)
  }
  if (Object.keys(value as object).some((key) => TALL.has(key))) return null
  const text = flow(value)
  return text.length <= room ? text : null
}

/** Texts with templates always in quotes: who edits them need not know when YAML wants them. */
function writeValue(value: string | number | boolean | null): string {
  return scalar(value, typeof value === 'string' && value.includes('{{'))
}

/** Single words and numbers need no thought, and are most of what is written. */
function scalar(value: string | number | boolean | null, isInBrackets: boolean): string {
  const isWord = typeof value === 'string' && /^[a-z][a-z\d_]*$/i.test(value) && !MEANINGFUL.test(value)
  return isWord ? value : writeScalar(value, isInBrackets)
}

/** Words that are no texts to YAML, of whichever version. */
const MEANINGFUL = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf)$/i

function writeKey(key: string): string {
  return scalar(key, true)
}

function flow(value: unknown): string {
  if (isScalar(value)) return scalar(value, true)
  if (isList(value)) return `[${value.map(flow).join(', ')}]`
  const entries = Object.entries(value as object)
  return entries.length === 0
    ? '{}'
    : `{ ${entries.map(([key, item]) => `${flowKey(key)}: ${flow(item)}`).join(', ')} }`
}

function flowKey(key: string): string {
  return isLongKey(key) ? `? ${writeKey(key)} ` : writeKey(key)
}

/** YAML looks for the colon no further than 1024 characters, unless it's told that a key comes. */
function isLongKey(key: string): boolean {
  return key.length > 500
}

/** A list of single values on several full lines. */
function wrapped(values: readonly unknown[], start: string, indent: number): string[] {
  const lines: string[] = []
  let line = `${start} [`
  values.forEach((value, index) => {
    const text = flow(value) + (index < values.length - 1 ? ',' : ']')
    if (line.length + text.length > WIDTH && line.trim() !== '') {
      lines.push(line.trimEnd())
      line = ' '.repeat(indent + 2)
    }
    line += `${text} `
  })
  return [...lines, line.trimEnd()]
}

/** Whether a text of several lines can stand as it is, without quotes. */
function isBlock(text: string): boolean {
  return (
    /^[^\s\x00-\x1f][^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*\n[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*$/u.test(
      text,
    ) && !/\n\n$/.test(text)
  )
}

function literalBlock(text: string, start: string, indent: number): string[] {
  const margin = ' '.repeat(indent + 2)
  const lines = text.replace(/\n$/, '').split('\n')
  return [
    `${start} |${text.endsWith('\n') ? '' : '-'}`,
    ...lines.map((line) => (line === '' ? '' : margin + line)),
  ]
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return typeof value !== 'object' || value === null
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isList(value)
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
