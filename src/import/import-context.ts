/**
 * The state that all importers share while they draft a scenario.
 */

import type { Credentials } from './credentials.js'
import type { Notes } from './notes.js'
import type { UploadFiles } from './upload-files.js'

/** What an import collects besides the requests. */
export interface ImportContext {
  readonly notes: Notes
  readonly credentials: Credentials
  readonly files: UploadFiles
}
