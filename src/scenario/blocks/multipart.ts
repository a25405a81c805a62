/**
 * `multipart`: the fields of a form, which may be files.
 */
import { basename } from 'node:path'
import { type Reader, readText, wrong } from '../fields/fields.js'
import type { FormPart, SentFile } from '../model/request.js'
import type { JsonTemplate, Template } from '../model/template.js'
import { quoted, type Report, type TreeMap } from '../yaml/tree.js'
import { contentTypeOf } from './content-types.js'

/** A field with its values read: text in the short form, or a map. */
export type PartInput = Template | LongPartInput

/** The long form, with exactly one of `file`, `text` and `json`. */
interface LongPartInput {
  readonly file?: SentFile | undefined
  readonly text?: Template | undefined
  readonly json?: JsonTemplate | undefined
  readonly type?: string | undefined
  readonly name?: Template | undefined
}

/** The parts of a form, in the order of the file. */
export function makeParts(fields: Readonly<Record<string, readonly PartInput[]>>): FormPart[] {
  return Object.entries(fields).flatMap(([name, parts]) => parts.map((part) => makePart(name, part)))
}

function makePart(name: string, part: PartInput): FormPart {
  if (isText(part)) return { name, text: part }
  const { file, text, json, type } = part
  if (json !== undefined) return { name, json, contentType: type ?? 'application/json' }
  if (file === undefined) return { name, text: text!, ...(type !== undefined && { contentType: type }) }
  const { name: fileName = [basename(file.path)] } = part
  return { name, file, fileName, contentType: type ?? contentTypeOf(file.path) }
}

function isText(part: PartInput): part is Template {
  return Array.isArray(part)
}

/** Reports conflicts in a field. `hasUnknown`: there was an unknown key, which may have been meant as its content. */
export function checkPart(part: LongPartInput, report: Report, hasUnknown: boolean): void {
  const [content, ...others] = (['file', 'text', 'json'] as const).filter((key) => part[key] !== undefined)
  if (content === undefined && !hasUnknown) {
    report({
      message: 'the field is empty',
      hint: 'add file: cover.png, text: "some text" or json: { a: 1 }',
    })
  }
  for (const other of others) {
    const message = `a field can have only one of file, text and json; got ${content} and ${other}`
    report({
      path: [other],
      onKey: true,
      message,
      hint: 'remove one of them, or write a list of two fields',
    })
  }
  if (part.name !== undefined && content !== 'file' && content !== undefined) {
    const message = `name applies only to a file, not to ${content}`
    report({ path: ['name'], onKey: true, message, hint: 'remove it' })
  }
}

/** Reports a form without fields. */
export function checkParts(fields: TreeMap, report: Report): void {
  if (Object.keys(fields).length > 0) return
  report({
    message: 'the form has no fields',
    hint: 'add fields, such as { title: "some text", upload: { file: cover.png } }',
  })
}

/** A media type such as `image/png`, with optional parameters. */
export const readMediaType: Reader<string> = (tree, context, report) => {
  const text = readText(tree, context, report)
  if (text === null || isMediaType(text)) return text
  return wrong(report, `${quoted(text)} is not a media type`, 'write one such as image/png')
}

/** Whether the text is a media type. */
export function isMediaType(text: string): boolean {
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;[\t\x20-\x7e]*)?$/.test(text)
}
