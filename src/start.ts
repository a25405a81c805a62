/**
 * The process entry point, the only place that touches `process`. Everything else receives an {@link Io}.
 */
import process from 'node:process'
import { messageOf } from './base/errors.js'
import { EXIT } from './base/exit.js'
import type { Io, Output } from './base/io.js'
import { main, report } from './cli.js'

/** Runs perfctl in this process. */
export function start(): void {
  const stdout = new Screen(() => process.stdout)
  const stderr = new Screen(() => process.stderr)
  const cwd = findWorkingDirectory()
  if (cwd === null) {
    stderr.write('the working directory no longer exists: change to one that does and run perfctl again\n')
    process.exitCode = EXIT.usage
    return
  }
  const endings = new Set<() => void>()
  const bugs = new Set<(error: unknown) => void>()
  const io = processIo({ stdout, stderr, cwd, endings, bugs })
  const end = () => {
    for (const listener of endings) listener()
    endings.clear()
  }
  // Restores the terminal first; otherwise closing the live view would erase the stack trace.
  const fatal = (error: unknown) => {
    end()
    process.exit(report(error, io))
  }
  const uncaught = (error: unknown) => {
    if (bugs.size === 0) return fatal(error)
    for (const listener of bugs) listener(error)
  }
  process.on('exit', end)
  process.on('uncaughtException', uncaught)
  process.on('unhandledRejection', uncaught)
  main(process.argv.slice(2), io).then((code) => {
    process.exitCode = code
    // The output that another program should read is incomplete.
    stdout.onLost((reason) => {
      stderr.write(`cannot write to stdout: ${reason}\n`)
      if (code === EXIT.passed) process.exitCode = EXIT.error
    })
  }, fatal)
}

/** Returns null if the working directory has been removed. */
function findWorkingDirectory(): string | null {
  try {
    return process.cwd()
  } catch {
    return null
  }
}

interface Parts {
  readonly stdout: Output
  readonly stderr: Output
  readonly cwd: string
  readonly endings: Set<() => void>
  readonly bugs: Set<(error: unknown) => void>
}

function processIo({ stdout, stderr, cwd, endings, bugs }: Parts): Io {
  return {
    stdout,
    stderr,
    // A getter, because opening stdin keeps the process alive.
    get stdin() {
      return process.stdin
    },
    env: process.env,
    cwd,
    onSignal(listener) {
      const offs = SIGNALS.map(([name, meaning]) => {
        const heard = () => listener(meaning)
        process.on(name, heard)
        return () => process.off(name, heard)
      })
      return () => {
        for (const off of offs) off()
      }
    },
    onBug(listener) {
      bugs.add(listener)
      return () => void bugs.delete(listener)
    },
    onExit(listener) {
      endings.add(listener)
      return () => void endings.delete(listener)
    },
  }
}

/** A closed terminal (SIGHUP) and Ctrl-\ (SIGQUIT) end a run like SIGTERM does: with its result. */
const SIGNALS = [
  ['SIGINT', 'SIGINT'],
  ['SIGTERM', 'SIGTERM'],
  ['SIGHUP', 'SIGTERM'],
  ['SIGQUIT', 'SIGTERM'],
] as const

/** Errors that mean that nobody reads the output: a closed pipe or terminal. */
const GONE: readonly (string | undefined)[] = [
  'EPIPE',
  'EIO',
  'ENXIO',
  'ECONNRESET',
  'EBADF',
  'ERR_STREAM_DESTROYED',
]

/** An output that may be closed at any time. Later writes are dropped, and the program continues. */
class Screen implements Output {
  private readonly stream: NodeJS.WriteStream | null
  private isGone = false
  private lost: string | null = null
  private notifyLost: (reason: string) => void = () => {}

  constructor(open: () => NodeJS.WriteStream) {
    let stream: NodeJS.WriteStream | null = null
    try {
      stream = open()
      stream.on('error', (error: NodeJS.ErrnoException) => this.fail(error))
    } catch (error) {
      this.fail(error as NodeJS.ErrnoException)
    }
    this.stream = stream
  }

  write(text: string): void {
    if (this.isGone || this.stream === null) return
    try {
      this.stream.write(text)
    } catch (error) {
      this.fail(error as NodeJS.ErrnoException)
    }
  }

  /**
   * Calls `listener` when output was lost that somebody expected, for example on a full disk; at once if that
   * has happened already.
   */
  onLost(listener: (reason: string) => void): void {
    this.notifyLost = listener
    if (this.lost !== null) listener(this.lost)
  }

  get isTerminal(): boolean {
    return !this.isGone && this.stream?.isTTY === true
  }

  get columns(): number {
    return this.stream?.columns || DEFAULT_COLUMNS
  }

  get rows(): number {
    return this.stream?.rows || DEFAULT_ROWS
  }

  private fail(error: NodeJS.ErrnoException): void {
    const isFirst = !this.isGone
    this.isGone = true
    if (!isFirst || GONE.includes(error.code)) return
    this.lost = messageOf(error)
    this.notifyLost(this.lost)
  }
}

const DEFAULT_COLUMNS = 80
const DEFAULT_ROWS = 24
