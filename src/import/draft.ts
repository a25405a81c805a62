/**
 * What an importer makes of another program's file: a scenario as plain values, and what could not be carried over.
 */

/** A scenario file before it is written: the keys of a scenario in the order they shall stand in, as plain values. */
export interface Draft {
  /** As in a scenario file; becomes YAML as it stands. */
  readonly scenario: DraftScenario
  /** What was left out or changed, each in a sentence: shown to the user and written on top of the file. */
  readonly notes: readonly string[]
  /** Names of files beside the scenario that anything will do for at first, as whoever made the draft had none. */
  readonly placeholders?: readonly string[]
}

/** The keys that importers fill in. Values are those of a scenario file (`PRODUCT`: version 1), not those of the program. */
interface DraftScenario {
  readonly name?: string
  readonly description?: string
  readonly target?: string
  readonly load?: Readonly<Record<string, unknown>>
  readonly http?: Readonly<Record<string, unknown>>
  readonly data?: Readonly<Record<string, unknown>>
  readonly requests: readonly Readonly<Record<string, unknown>>[]
  readonly thresholds?: readonly string[]
}
