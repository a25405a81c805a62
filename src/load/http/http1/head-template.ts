/**
 * What the heads of a series have in common. Many services send a head in which only a few values differ, such as an id
 * or the time of day: with a template, only those are read.
 */

/** A lower-case name and its value. A field that is the same in two heads is the same object. */
export type Field = readonly [name: string, value: string]

/** The end of a line. */
export const LINE_END = '\r\n'

/** How much longer a head may be than the one before it. */
const LONGER_MAX = 64

/** The line of a field with nothing but what RFC 9110 and 9112 allow. */
const FIELD = /^[\w!#$%&'*+\-.^`|~]+:[\t\x20-\x7e\x80-\xff]*\r\n$/

/** A complete head: its text as latin1, and its fields. */
interface Parsed {
  readonly text: string
  readonly fields: readonly Field[]
}

/** A part of a head. */
interface Part {
  /** Lines that are always the same; behind them comes a line that differs, or the end of the head. */
  readonly fixed: string
  /** The name in the line that differs as it is spelled, with its colon; null at the end. */
  readonly start: string | null
  /** The index of that line's field. */
  readonly index: number
}

/** Heads with the same fields in the same order. */
export class HeadTemplate {
  private readonly parts: readonly Part[]
  /** The indexes of the fields that differ. */
  private readonly differing: ReadonlySet<number>
  private readonly names: ReadonlySet<string>

  private constructor({ text, fields }: Parsed, differing: ReadonlySet<number>) {
    this.differing = differing
    this.names = new Set(fields.flatMap(([name], index) => (differing.has(index) ? name : [])))
    const parts: Part[] = []
    let fixed = text.slice(0, text.indexOf(LINE_END) + LINE_END.length)
    for (const [index, line] of fieldLinesIn(text).entries()) {
      if (differing.has(index)) {
        parts.push({ fixed, start: line.slice(0, line.indexOf(':') + 1), index })
        fixed = ''
      } else {
        fixed += line
      }
    }
    this.parts = [...parts, { fixed: fixed + LINE_END, start: null, index: fields.length }]
  }

  /** Returns what two successive heads, and those of the template before, have in common. */
  static of(head: Parsed, last: Parsed, before: HeadTemplate | undefined): HeadTemplate {
    const isAlike =
      head.fields.length === last.fields.length &&
      head.fields.every(([name], index) => name === last.fields[index]![0])
    const differing = isAlike
      ? head.fields.flatMap(([, value], index) =>
          value !== last.fields[index]![1] || before?.differing.has(index) ? index : [],
        )
      : []
    return new HeadTemplate(head, new Set(differing))
  }

  /** Whether none of the named fields differs. */
  hasSame(names: readonly string[]): boolean {
    return !names.some((name) => this.names.has(name))
  }

  /** Reads the head that `bytes` begin with, given the one before; null if it has other differences. */
  read(bytes: Buffer, last: Parsed): Parsed | null {
    const text = bytes.toString('latin1', 0, last.text.length + LONGER_MAX)
    const fields = last.fields.slice()
    let at = 0
    for (const { fixed, start, index } of this.parts) {
      const from = at + fixed.length
      if (text.slice(at, from) !== fixed) return null
      at = from
      if (start === null) break
      at = text.indexOf(LINE_END, from) + LINE_END.length
      const line = text.slice(from, at)
      if (!line.startsWith(start) || !FIELD.test(line)) return null
      const [name, value] = fields[index]!
      const read = line.slice(start.length).trim()
      if (read !== value) fields[index] = [name, read]
    }
    return { text: text.slice(0, at), fields }
  }
}

/** Returns the lines of a head's fields, with their ends. */
export function fieldLinesIn(head: string): readonly string[] {
  return head.slice(head.indexOf(LINE_END) + LINE_END.length, -LINE_END.length).match(/.*\r\n/g) ?? []
}

/** Reads the line of a field. */
export function fieldIn(line: string): Field {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}
