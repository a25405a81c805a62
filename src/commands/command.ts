/**
 * What the command line knows of a command: its name, arguments and options.
 */
import type { ExitCode } from '../base/exit.js'
import type { Io } from '../base/io.js'
import type { OptionName, OptionSpec } from './options.js'

/** A command. Its code is loaded when it is called. */
export interface CommandSpec {
  readonly name: string
  /** For the list of all commands, if the description is long. */
  readonly summary?: string
  readonly description: string
  readonly argument: readonly [name: string, description: string] | null
  /** A second argument; `run` then receives both as a list. */
  readonly further?: readonly [name: string, description: string]
  /** Shared options are given by name. */
  readonly options: readonly (OptionName | OptionSpec)[]
  /**
   * Shared options that the command doesn't take, so that users who know them from `run` are told what to use instead.
   */
  readonly refuses?: readonly Refusal[]
  readonly run: (argument: never, flags: never, io: Io) => Promise<ExitCode>
}

/** Commands under a common name, such as `baseline`. */
export interface CommandGroup {
  readonly name: string
  readonly description: string
  readonly commands: readonly CommandSpec[]
}

/** Options that a command refuses: always, beside another option, or without one. */
export interface Refusal {
  readonly options: readonly OptionName[]
  /** Refuses the options only beside this one, given by its long flag. */
  readonly beside?: string
  /** Refuses the options unless there is one of these, given by their long flags. */
  readonly without?: readonly string[]
  readonly why: string
  readonly instead: string | null
}
