/**
 * Readers of text that a response is compared with.
 */
import { messageOf } from '../../base/errors.js'
import { quoted, type Report } from '../yaml/tree.js'
import { type Reader, readText, wrong } from './fields.js'

/** Fixed text to compare with: not empty, without templates. */
export const readFixedText: Reader<string> = (tree, context, report) => {
  const text = readText(tree, context, report)
  if (text === '') return wrong(report, 'the value is empty', 'write the text to look for, or remove the key')
  return text === null ? null : refuseTemplates(text, report)
}

/** A regular expression. */
export const readPattern: Reader<string> = (tree, context, report) => {
  const pattern = readFixedText(tree, context, report)
  if (pattern === null) return null
  try {
    new RegExp(pattern)
    return pattern
  } catch (error) {
    const reason = messageOf(error).replace(/^.*: /s, '')
    const hint = 'write it without enclosing slashes, and put \\ before a literal special character'
    return wrong(report, `${quoted(pattern)} is not a valid regular expression: ${reason}`, hint)
  }
}

const TEMPLATES_HINT = 'write a fixed value; to compare a changing one, capture it and use if in a later step'

/** The text; null after it has reported a template. */
export function refuseTemplates(text: string, report: Report): string | null {
  return text.includes('{{') ? wrong(report, 'templates are not supported in checks', TEMPLATES_HINT) : text
}
