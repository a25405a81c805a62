/**
 * Makes untrusted text (names in scenarios, messages of services) safe for a terminal or report.
 */

/**
 * Escapes control characters (`\n`, `\u001b`), invisible characters that reorder or hide text (`\u202e`, `\u200b`) and
 * lone surrogates (`\ud800`), so that the text stays on its line and can't control a terminal. Idempotent.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, writeOut)
}

/** Like {@link printable}, for text of several lines: keeps newlines and tabs. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, (char) => (char === '\n' || char === '\t' ? char : writeOut(char)))
}

/** Replaces such characters with as many spaces, so that columns don't shift. */
export function blanked(text: string): string {
  return text.replace(UNPRINTABLE, (char) => ' '.repeat(char.length))
}

/** The text as a JSON string (also valid in YAML) that is safe for a terminal and reads back unchanged. */
export function printableJson(text: string): string {
  return escapedJson(JSON.stringify(text))
}

/** JSON with its strings made safe for a terminal. Reads back unchanged; keeps newlines between values. */
export function escapedJson(json: string): string {
  return json.replace(UNPRINTABLE, (char) =>
    char === '\n'
      ? char
      : // JSON escapes a character beyond U+FFFF as two surrogates.
        char
          .split('')
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          .join(''),
  )
}

/** The text, cut in the middle if it's longer than `most` characters. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  const end = Math.floor(most / 3)
  // Drop a surrogate that the cut has split.
  const [head, tail] = [text.slice(0, most - end - 1), text.slice(-end)]
  return `${head.replace(/[\ud800-\udbff]$/, '')}…${tail.replace(/^[\udc00-\udfff]/, '')}`
}

const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\u{e0000}-\u{e007f}]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function writeOut(char: string): string {
  const code = char.codePointAt(0)!.toString(16)
  return SHORT[char] ?? (code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`)
}
