/**
 * The text of a file, and places in it.
 */
import type { Place } from '../../base/errors.js'

/** A range of offsets; the end is exclusive. */
export type Span = readonly [start: number, end: number]

/** A text with an index of its lines. */
export class Source {
  readonly file: string
  readonly text: string
  /** The offset of each line. */
  private readonly lineStarts: readonly number[]

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
    const starts = [0]
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    this.lineStarts = starts
  }

  /** The place of a span. If it covers several lines, only the part on the first one counts. */
  place(span: Span): Place {
    const start = Math.min(span[0], this.text.length)
    const index = this.lineIndex(start)
    const text = this.line(index)
    const column = start - this.lineStarts[index]! + 1
    const length = Math.max(1, Math.min(span[1] - start, text.trimEnd().length - column + 1))
    return { file: this.file, line: index + 1, column, length, text }
  }

  /** The line at an offset, and where it starts. */
  lineAt(offset: number): { readonly text: string; readonly start: number } {
    const index = this.lineIndex(offset)
    return { text: this.line(index), start: this.lineStarts[index]! }
  }

  private line(index: number): string {
    const end = this.lineStarts[index + 1] ?? this.text.length
    return this.text.slice(this.lineStarts[index]!, end).replace(/\r?\n$/, '')
  }

  /** Binary search for the last line that starts at or before the offset. */
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
