import type { Style } from './style.js'

/** The terminal a report is made for. */
export interface Page {
  /** In characters. */
  readonly width: number
  readonly style: Style
  /** Draws with ASCII characters only, for terminals that know no others. */
  readonly ascii: boolean
}
