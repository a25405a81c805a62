/**
 * Text from outside (names in scenarios, messages of services) made harmless for a terminal or a report.
 */

/**
 * The text with each control character written out (`\n`, `\u001b`) and each invisible one that reorders or hides
 * text (`\u202e`, `\u200b`), so that it stays on its line and can't steer a terminal.
 */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (char) => SHORT[char] ?? `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )
}

const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
