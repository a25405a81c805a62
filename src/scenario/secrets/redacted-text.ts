/**
 * The text of a scenario, fit to be shown.
 */
import { redact } from '../../base/secrets.js'
import { Scalar, type Tree } from '../yaml/tree.js'
import { readYaml } from '../yaml/yaml.js'

/**
 * The text without its secrets. Empty when one is written so that it can't be found in it, escaped or over several
 * lines: read anew as YAML, the text would still give it away.
 */
export function safeText(text: string, secrets: readonly string[], file: string): string {
  const redacted = redact(text, secrets)
  if (secrets.length === 0) return redacted
  // Brackets mean something in YAML; a word can stand wherever a secret stood.
  const { tree } = readYaml(redacted.replaceAll('[redacted]', 'redacted'), file)
  const isSafe =
    tree !== null && textsIn(tree).every((value) => !secrets.some((secret) => value.includes(secret)))
  return isSafe ? redacted : ''
}

function textsIn(tree: Tree): string[] {
  return tree instanceof Scalar ? [tree.text] : Object.values(tree).flatMap(textsIn)
}
