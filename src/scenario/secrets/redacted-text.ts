/**
 * The text of a scenario without its secrets.
 */
import { redact } from '../../base/secrets.js'
import { Scalar, type Tree } from '../yaml/tree.js'
import { readYaml } from '../yaml/yaml.js'

/**
 * Redacts the text. Returns '' if a secret is escaped or spans several lines: then it can't be found in the text, but
 * would reappear when the text is parsed.
 */
export function safeText(text: string, secrets: readonly string[], file: string): string {
  const redacted = redact(text, secrets)
  if (secrets.length === 0) return redacted
  // Brackets have a meaning in YAML; a plain word is valid anywhere.
  const { tree } = readYaml(redacted.replaceAll('[redacted]', 'redacted'), file)
  const isSafe =
    tree !== null && textsIn(tree).every((value) => !secrets.some((secret) => value.includes(secret)))
  return isSafe ? redacted : ''
}

function textsIn(tree: Tree): string[] {
  return tree instanceof Scalar ? [tree.text] : Object.values(tree).flatMap(textsIn)
}
