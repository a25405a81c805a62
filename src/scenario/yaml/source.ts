/**
 * The text of a file and the places in it.
 */
import type { Place } from '../../base/errors.js'

/** From one offset of a text to another, the end not included. */
export type Span = readonly [start: number, end: number]

/** A text that knows its lines. */
export class Source {
  readonly file: string
  readonly text: string
  /** The offset at which each line begins. */
  private readonly lineStarts: readonly number[]

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
    const starts = [0]
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    this.lineStarts = starts
  }

  /** The place of a span; of one over several lines only the part in the first. */
  place(span: Span): Place {
    const start = Math.min(span[0], this.text.length)
    const index = this.lineIndex(start)
    const text = this.line(index)
    const column = start - this.lineStarts[index]! + 1
    const length = Math.max(1, Math.min(span[1] - start, text.trimEnd().length - column + 1))
    return { file: this.file, line: index + 1, column, length, text }
  }

  /** The line in which an offset lies, and where it begins. */
  lineAt(offset: number): { readonly text: string; readonly start: number } {
    const index = this.lineIndex(offset)
    return { text: this.line(index), start: this.lineStarts[index]! }
  }

  private line(index: number): string {
    const end = this.lineStarts[index + 1] ?? this.text.length
    return this.text.slice(this.lineStarts[index]!, end).replace(/\r?\n$/, '')
  }

  /** Binary search for the last line that begins at or before the offset. */
  private lineIndex(offset: number): number {
    let low = 0
    let high = this.lineStarts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.lineStarts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}
