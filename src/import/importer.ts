/**
 * What an importer is given.
 */
import type { ReadBeside } from './openapi/refs.js'

/** What an importer is told besides the text. */
export interface ImportOptions {
  /** What the text is called in messages: its file. */
  readonly file: string
  /** Instead of the service that the text is about; null when it tells, or nobody can. */
  readonly target: string | null
  /** Of a recording: a mix of its requests by weight, not one journey. */
  readonly isMix: boolean
  /** Whether images, style sheets, scripts and the like are kept. */
  readonly withStatic: boolean
  /** Names beside the scenario that are taken by what can't be sent, such as folders; none when it's absent. */
  readonly reserved?: readonly string[]
  /** Of a document: reads a file below its folder; null where there is none, absent where no folder is known. */
  readonly readBeside?: ReadBeside | null
  /** Of a collection: the values to fill it in with, as exported; null without. */
  readonly environment: { readonly file: string; readonly text: string } | null
}
