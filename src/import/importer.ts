/**
 * An importer's input.
 */
import type { ReadBeside } from './openapi/refs.js'

/** An importer's options. */
export interface ImportOptions {
  /** The file name for messages. */
  readonly file: string
  /** Replaces the imported target; null to keep it. */
  readonly target: string | null
  /** Recordings: import a weighted mix of requests instead of a journey. */
  readonly isMix: boolean
  /** Whether to keep images, style sheets, scripts and the like. */
  readonly withStatic: boolean
  /** Names next to the scenario that can't be used for uploads, such as folders; none if absent. */
  readonly reserved?: readonly string[]
  /** OpenAPI: reads a file below the document's folder. Null if there is none, absent if the folder is unknown. */
  readonly readBeside?: ReadBeside | null
  /** Postman: the exported environment; null without one. */
  readonly environment: { readonly file: string; readonly text: string } | null
}
