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
  const io = processIo()
  const fatal = (error: unknown) => process.exit(report(error, io))
  process.on('uncaughtException', fatal)
  process.on('unhandledRejection', fatal)
  main(process.argv.slice(2), io).then((code) => {
    process.exitCode = code
  }, fatal)
}

function processIo(): Io {
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
  }
}

function output(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    get isTerminal() {
      return stream.isTTY === true
    },
    get columns() {
      return stream.columns ?? DEFAULT_COLUMNS
    },
  }
}

const DEFAULT_COLUMNS = 80
