/**
 * The program as a process: the one place where it touches its own. Everything else is handed an {@link Io}.
 */
import process from 'node:process'
import { main, report } from './cli.js'
import type { Io, Output } from './commands/io.js'

/** Runs the program of this process. */
export function start(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // A reader that went away, such as `| head`, is no reason for a stack trace.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode)
      throw error
    })
  }
  const endings = new Set<() => void>()
  const io = processIo(endings)
  const end = () => {
    for (const listener of endings) listener()
    endings.clear()
  }
  // Subtle: the terminal is tidied up before the stack is shown, or it would be wiped away with the live view.
  const fatal = (error: unknown) => {
    end()
    process.exit(report(error, io))
  }
  process.on('exit', end)
  process.on('uncaughtException', fatal)
  process.on('unhandledRejection', fatal)
  main(process.argv.slice(2), io).then((code) => {
    process.exitCode = code
  }, fatal)
}

function processIo(endings: Set<() => void>): Io {
  return {
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    // Looked at only when asked for: opening it would keep the process alive.
    get stdin() {
      return process.stdin
    },
    env: process.env,
    cwd: process.cwd(),
    onSignal(listener) {
      process.on('SIGINT', listener)
      process.on('SIGTERM', listener)
      return () => {
        process.off('SIGINT', listener)
        process.off('SIGTERM', listener)
      }
    },
    onExit(listener) {
      endings.add(listener)
      return () => endings.delete(listener)
    },
  }
}

function output(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    get isTerminal() {
      return stream.isTTY === true
    },
    get columns() {
      return stream.columns || DEFAULT_COLUMNS
    },
    get rows() {
      return stream.rows || DEFAULT_ROWS
    },
  }
}

const DEFAULT_COLUMNS = 80
const DEFAULT_ROWS = 24
