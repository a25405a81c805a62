/**
 * Text from outside (names in scenarios, messages of services) made harmless for a terminal or a report.
 */

/**
 * The text with each control character written out (`\n`, `\u001b`), and each invisible one that reorders or hides
 * text (`\u202e`, `\u200b`) or is half a character (`\ud800`), so that it stays on its line and can't steer a terminal.
 * Made safe twice, a text stays the same.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, writeOut)
}

/** The same for a text of several lines: newlines and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, (char) => (char === '\n' || char === '\t' ? char : writeOut(char)))
}

/** The same by spaces, as many as there were characters: places in the text stay where they are. */
export function blanked(text: string): string {
  return text.replace(UNPRINTABLE, (char) => ' '.repeat(char.length))
}

/** A text as JSON (and as YAML in double quotes) that a terminal can show, and that reads back as it was. */
export function printableJson(text: string): string {
  return escapedJson(JSON.stringify(text))
}

/** JSON whose texts a terminal can show, and that reads back as it was: the newlines between values stay. */
export function escapedJson(json: string): string {
  return json.replace(UNPRINTABLE, (char) =>
    char === '\n'
      ? char
      : // A character beyond U+FFFF is two escapes, as JSON has it.
        char
          .split('')
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          .join(''),
  )
}

/** The text in at most `most` characters, without its middle when it's longer. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  const end = Math.floor(most / 3)
  // Half a character at a cut is left out.
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
