/**
 * Problems that the user can fix, as data: what is wrong, where, and how to fix it. Failures of the target are not
 * errors (they are counted, see `stats/sample.ts`). A bug in perfctl is a plain Error that keeps its stack.
 */

/** A place in a text file. `line` and `column` count from 1; `length` is the number of characters to underline. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly length: number
  readonly text: string
}

/** One thing the user has to fix. */
export interface Problem {
  /** What is wrong: what was expected and what was found. One line. */
  readonly message: string
  readonly place: Place | null
  /** How to fix it, as an instruction. */
  readonly hint: string | null
}

/** The exit code of an error: `usage` is 2 (nothing was sent), `run` is 3 (the run could not be carried out). */
export type ErrorKind = 'usage' | 'run'

/** An error that the user can fix. Contains all problems found, in the order of their places. */
export class UserError extends Error {
  readonly problems: readonly Problem[]
  readonly kind: ErrorKind

  constructor(problems: readonly Problem[], kind: ErrorKind = 'usage') {
    super(problems.map((problem) => problem.message).join('; '))
    this.name = 'UserError'
    this.problems = problems
    this.kind = kind
  }
}

/** A UserError with a single problem that isn't in a file, such as a wrong flag. */
export function userError(message: string, hint: string | null = null, kind: ErrorKind = 'usage'): UserError {
  return new UserError([{ message, place: null, hint }], kind)
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The `code` of a system error such as `ENOENT`; null if there is none. */
export function codeOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : null
}

/** A thrown value as plain data, for messages between threads and for files. */
export interface Fault {
  readonly message: string
  /** Null if there is none. */
  readonly stack: string | null
  /** The code of a system error, such as `ERR_WORKER_OUT_OF_MEMORY`; null if there is none. */
  readonly code: string | null
}

/** Converts any thrown value to a {@link Fault}. */
export function describeFault(error: unknown): Fault {
  const stack = error instanceof Error ? (error.stack ?? null) : null
  return { message: messageOf(error), stack, code: codeOf(error) }
}
