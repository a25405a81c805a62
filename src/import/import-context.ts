/**
 * What every importer has at hand while it drafts a scenario.
 */
import type { BesideFiles } from './beside.js'
import type { Credentials } from './credentials.js'
import type { Notes } from './notes.js'

/** What importers write down beside the requests themselves. */
export interface ImportContext {
  readonly notes: Notes
  readonly credentials: Credentials
  readonly files: BesideFiles
}
