/**
 * An importer's result: a scenario as plain values, and notes on what could not be imported.
 */

/** A scenario before it is written to a file. */
export interface Draft {
  /** The keys of a scenario file, in the order to write them. */
  readonly scenario: DraftScenario
  /** What was left out or changed, one sentence each. Shown to the user and written at the top of the file. */
  readonly notes: readonly string[]
  /** Names of upload files for which any content will do at first, because the source has none. */
  readonly placeholders?: readonly string[]
}

/** The keys that importers fill in, with the values of a scenario file (`PRODUCT`: version 1). */
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
