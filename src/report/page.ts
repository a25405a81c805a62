import type { Style } from './style.js'

/** The output that a report is rendered for. */
export interface Page {
  /** In characters. */
  readonly width: number
  /**
   * The output is a pipe or a file: tables take all the width they need, so that programs find complete names in them.
   */
  readonly isUnbounded?: boolean
  readonly style: Style
  /** Use only ASCII, for terminals without Unicode. */
  readonly ascii: boolean
}

/** Replaces the characters that the page can't show. */
export function inCharactersOf({ ascii }: Pick<Page, 'ascii'>, text: string): string {
  return ascii ? text.replace(/[✓✗…→–µ±∞·×]/g, (char) => ASCII[char]!) : text
}

/** One character for each, so that columns stay aligned. */
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
