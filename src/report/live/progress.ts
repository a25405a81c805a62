/**
 * The live progress of a run on stderr: redrawn in place on a terminal, a line now and then in a log.
 */
import type { Frame } from '../../stats/frame.js'
import { createStyle } from '../style.js'
import { displayWidth, wrap } from '../width.js'
import { drawLine, type Look } from './draw.js'
import { History } from './history.js'
import { drawView } from './view.js'

/** The output for progress. */
export interface ProgressOutput {
  write(text: string): void
  readonly isTerminal: boolean
  /** The current size: a window may be resized during a run. */
  readonly columns: number
  readonly rows: number
}

/** Display options. */
export interface ProgressOptions {
  /** Print nothing, not even notes. */
  readonly quiet: boolean
  /** Redraw in place. False in CI, whose logs keep every line. Has no effect without a terminal. */
  readonly interactive: boolean
  readonly colors: boolean
  /** Draw with ASCII, for terminals without Unicode. */
  readonly ascii?: boolean
}

/** Shows frames until it is closed. */
export interface Progress {
  frame(frame: Frame): void
  /** Prints a permanent line above the redrawn part. */
  note(text: string): void
  /** Removes the redrawn part and shows the cursor. Synchronous and safe to repeat, so that it works in `finally`. */
  close(): void
}

const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
const CLEAR_LINE_END = '\x1b[K'
const CLEAR_BELOW = '\x1b[J'
/** Terminals that support synchronized updates show everything in between at once; others ignore the sequences. */
const BEGIN_UPDATE = '\x1b[?2026h'
const END_UPDATE = '\x1b[?2026l'

/** Interval of log lines, in run time. */
const LINE_EVERY_MS = 10_000

/** Creates the progress display that suits the output and the options. */
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
  /** The lines on the screen; empty if nothing is drawn. */
  let shown: readonly string[] = []
  let isClosed = false
  const history = new History()

  /** Moves to the start of the first drawn line. A terminal that became narrower has re-wrapped the lines. */
  function home(): string {
    const rows = shown.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / Math.max(1, out.columns))),
      0,
    )
    return rows > 1 ? `\r\x1b[${rows - 1}A` : '\r'
  }

  function show(lines: readonly string[], before = ''): void {
    const cursor = shown.length === 0 ? HIDE_CURSOR : ''
    // A single write per frame overwrites each line and then clears its rest, so that nothing flickers.
    const text = lines.map((line) => line + CLEAR_LINE_END).join('\n')
    out.write(BEGIN_UPDATE + cursor + home() + before + text + CLEAR_BELOW + END_UPDATE)
    shown = lines
  }

  return {
    frame(frame) {
      if (isClosed) return
      history.add(frame)
      // The last column stays free, because a terminal may clear a character there while its cursor waits behind it.
      // The free row keeps the command visible.
      const room = { columns: Math.max(1, out.columns - 1), rows: Math.max(1, out.rows - 1) }
      show(drawView(frame, history, room, look))
    },
    note(text) {
      const wrapped = text
        .split('\n')
        .map((line) => wrap(line, Math.max(20, out.columns - 1), '  '))
        .join('\n')
      if (shown.length === 0) out.write(`${wrapped}\n`)
      else show(shown, `${wrapped}\n`.replaceAll('\n', `${CLEAR_LINE_END}\n`))
    },
    close() {
      if (isClosed) return
      isClosed = true
      if (shown.length > 0) out.write(home() + CLEAR_BELOW + SHOW_CURSOR)
      shown = []
    },
  }
}
