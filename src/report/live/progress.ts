/**
 * The live progress of a run, on stderr: in place on a terminal, now and then a line in a log.
 */
import type { Frame } from '../../stats/frame.js'
import { createStyle } from '../style.js'
import { drawFrame, drawLine, type Look } from './draw.js'

/** Where progress goes. */
export interface ProgressOutput {
  write(text: string): void
  readonly isTerminal: boolean
  readonly columns: number
}

/** How much is shown, and in which way. */
export interface ProgressOptions {
  /** Nothing at all, notes included. */
  readonly quiet: boolean
  /** May redraw in place; false in CI, whose logs keep every line. Without a terminal it has no effect. */
  readonly interactive: boolean
  readonly colors: boolean
  /** Draws the bar of `=`, for terminals without Unicode. */
  readonly ascii?: boolean
}

/** Shows frames until it's closed. */
export interface Progress {
  frame(frame: Frame): void
  /** A line that stays, above what is redrawn. */
  note(text: string): void
  /** Removes what is redrawn and gives the cursor back. Synchronous, and harmless to repeat: fit for `finally`. */
  close(): void
}

const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
const CLEAR_LINE_END = '\x1b[K'
const CLEAR_BELOW = '\x1b[J'

/** How often a log gets a line, in the run's own time. */
const LINE_EVERY_MS = 10_000

/** The progress that fits the output and the options. */
export function createProgress(out: ProgressOutput, options: ProgressOptions): Progress {
  if (options.quiet) return { frame() {}, note() {}, close() {} }
  if (!options.interactive || !out.isTerminal) return createLog(out)
  return createScreen(out, { style: createStyle(options.colors), ascii: options.ascii ?? false })
}

function createLog(out: ProgressOutput): Progress {
  const plain = createStyle(false)
  let nextMs = LINE_EVERY_MS
  return {
    frame(frame) {
      if (frame.elapsedMs < nextMs) return
      nextMs = (Math.floor(frame.elapsedMs / LINE_EVERY_MS) + 1) * LINE_EVERY_MS
      out.write(`${drawLine(frame, plain)}\n`)
    },
    note: (text) => out.write(`${text}\n`),
    close() {},
  }
}

function createScreen(out: ProgressOutput, look: Look): Progress {
  /** The lines on the screen; empty while nothing is drawn. */
  let shown: readonly string[] = []
  let isClosed = false

  /** To the first column of the first line shown. A terminal that became narrower has broken the lines anew. */
  function home(): string {
    const rows = shown.reduce(
      (sum, line) => sum + Math.ceil(visibleWidth(line) / Math.max(1, out.columns)),
      0,
    )
    return rows > 1 ? `\r\x1b[${rows - 1}A` : '\r'
  }

  function show(lines: readonly string[], before = ''): void {
    const cursor = shown.length === 0 ? HIDE_CURSOR : ''
    // One write a frame, and each line is overwritten, then its rest cleared: nothing is ever blank in between.
    out.write(cursor + home() + before + lines.map((line) => line + CLEAR_LINE_END).join('\n') + CLEAR_BELOW)
    shown = lines
  }

  return {
    frame(frame) {
      if (isClosed) return
      // The last column stays free: a terminal whose cursor waits there for the next character may clear it.
      show(drawFrame(frame, Math.max(1, out.columns - 1), look))
    },
    note(text) {
      if (shown.length === 0) out.write(`${text}\n`)
      else show(shown, `${text}\n`.replaceAll('\n', `${CLEAR_LINE_END}\n`))
    },
    close() {
      if (isClosed) return
      isClosed = true
      if (shown.length > 0) out.write(home() + CLEAR_BELOW + SHOW_CURSOR)
      shown = []
    },
  }
}

/** How many characters of a painted line are seen. */
function visibleWidth(line: string): number {
  return line.replace(/\x1b\[[\d;]*m/g, '').length
}
