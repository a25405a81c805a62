import type { Style } from './style.js'

/** The terminal a report is made for. */
export interface Page {
  /** In characters. */
  readonly width: number
  /** A pipe or a file: tables are as wide as their cells, so that programs find whole names in them. */
  readonly isUnbounded?: boolean
  readonly style: Style
  /** Draws with ASCII characters only, for terminals that know no others. */
  readonly ascii: boolean
}

/** The text in characters that the page can show. */
export function inCharactersOf({ ascii }: Pick<Page, 'ascii'>, text: string): string {
  return ascii ? text.replace(/[✓✗…→–µ±∞·×]/g, (char) => ASCII[char]!) : text
}

/** One character for one, so that columns stay where they are. */
const ASCII: Readonly<Record<string, string>> = {
  '✓': '+',
  '✗': 'x',
  '…': '~',
  '→': '>',
  '–': '-',
  µ: 'u',
  '±': '~',
  '∞': '?',
  '·': '.',
  '×': 'x',
}
