/**
 * The live progress of a run, on stderr: in place on a terminal, now and then a line in a log.
 */
import type { Frame } from '../../stats/frame.js'
import { createStyle } from '../style.js'
import { displayWidth, wrap } from '../width.js'
import { drawLine, type Look } from './draw.js'
import { History } from './history.js'
import { drawView } from './view.js'

/** Where progress goes. */
export interface ProgressOutput {
  write(text: string): void
  readonly isTerminal: boolean
  /** As they are now: a window may be resized during a run. */
  readonly columns: number
  readonly rows: number
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
/** Terminals that know it show what lies in between at once; the others ignore it. */
const BEGIN_UPDATE = '\x1b[?2026h'
const END_UPDATE = '\x1b[?2026l'

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
  const history = new History()

  /** To the first column of the first line shown. A terminal that became narrower has broken the lines anew. */
  function home(): string {
    const rows = shown.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / Math.max(1, out.columns))),
      0,
    )
    return rows > 1 ? `\r\x1b[${rows - 1}A` : '\r'
  }

  function show(lines: readonly string[], before = ''): void {
    const cursor = shown.length === 0 ? HIDE_CURSOR : ''
    // One write a frame, and each line is overwritten, then its rest cleared: nothing is ever blank in between.
    const text = lines.map((line) => line + CLEAR_LINE_END).join('\n')
    out.write(BEGIN_UPDATE + cursor + home() + before + text + CLEAR_BELOW + END_UPDATE)
    shown = lines
  }

  return {
    frame(frame) {
      if (isClosed) return
      history.add(frame)
      // The last column stays free: a terminal whose cursor waits there for the next character may clear it. A free
      // row leaves the command in sight.
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
