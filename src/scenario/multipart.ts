/**
 * `multipart`: fields of a form, some of which are files.
 */
import { basename } from 'node:path'
import { contentTypeOf } from './content-types.js'
import { type Reader, readText, wrong } from './fields.js'
import type { FormPart, SentFile, Template } from './scenario.js'
import { quoted, type Report, type TreeMap } from './tree.js'

/** A field with its values read: a text, or a file. */
export type PartInput = Template | FilePartInput

interface FilePartInput {
  readonly file: SentFile
  readonly type?: string | undefined
  readonly name?: Template | undefined
}

/** The parts of a form, in the order of the file. */
export function makeParts(fields: Readonly<Record<string, readonly PartInput[]>>): FormPart[] {
  return Object.entries(fields).flatMap(([name, parts]) => parts.map((part) => makePart(name, part)))
}

function makePart(name: string, part: PartInput): FormPart {
  if (isText(part)) return { name, text: part }
  const { file, type = contentTypeOf(file.path), name: fileName = [basename(file.path)] } = part
  return { name, file, fileName, contentType: type }
}

function isText(part: PartInput): part is Template {
  return Array.isArray(part)
}

/** Reports a form without fields. */
export function checkParts(fields: TreeMap, report: Report): void {
  if (Object.keys(fields).length > 0) return
  report({
    message: 'the form has no fields',
    hint: 'add some: { title: "a text", upload: { file: cover.png } }',
  })
}

/** A media type: `image/png`, parameters after it. */
export const readMediaType: Reader<string> = (tree, context, report) => {
  const text = readText(tree, context, report)
  if (text === null || /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;[\t\x20-\x7e]*)?$/.test(text)) return text
  return wrong(report, `${quoted(text)} is not a media type`, 'write one such as image/png')
}
