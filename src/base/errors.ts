/**
 * The user's mistakes as data: what is wrong, where, and the way out. The target's failures are not errors
 * (they are counted, see `stats/sample.ts`), and a bug of ours is a plain Error that keeps its stack.
 */

/** A place in a text file. `line` and `column` count from 1; `length` is the number of characters to underline. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly length: number
  /** The whole line, for quoting it. */
  readonly text: string
}

/** One thing the user has to change. */
export interface Problem {
  /** What is wrong: the rule, what was seen, what is wanted. One line. */
  readonly message: string
  readonly place: Place | null
  /** One way out, as an instruction. */
  readonly hint: string | null
}

/** Which exit code an error stands for: `usage` is 2 (nothing was sent), `run` is 3 (could not be carried out). */
export type ErrorKind = 'usage' | 'run'

/** What a user can put right. Carries every problem found, in order of their place; never just the first. */
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

/** A UserError of a single problem without a place in a file, such as a wrong flag. */
export function userError(message: string, hint: string | null = null, kind: ErrorKind = 'usage'): UserError {
  return new UserError([{ message, place: null, hint }], kind)
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The `code` of a system error such as `ENOENT`, or null. */
export function codeOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : null
}

/** What was thrown, as data that goes from thread to thread and into files. */
export interface Fault {
  readonly message: string
  /** Null where there is none. */
  readonly stack: string | null
  /** The code of a system error, such as `ERR_WORKER_OUT_OF_MEMORY`; null where there is none. */
  readonly code: string | null
}

/** Anything that was thrown, as a {@link Fault}. */
export function describeFault(error: unknown): Fault {
  const stack = error instanceof Error ? (error.stack ?? null) : null
  return { message: messageOf(error), stack, code: codeOf(error) }
}
