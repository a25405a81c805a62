/**
 * `multipart`: the fields of a form, which may be files.
 */
import { basename } from 'node:path'
import { type Reader, readJson, readTemplate, readText, TEXT, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import { either, type FieldsOf, map, oneOrMore, record } from '../fields/schema.js'
import { readSentFile } from '../fields/sent-file.js'
import type { FormPart } from '../model/request.js'
import type { Template } from '../model/template.js'
import { quoted, type Report, type TreeMap, wrongKey } from '../yaml/tree.js'
import { contentTypeOf, isMediaType } from './content-types.js'

/** The long form, with exactly one of `file`, `text` and `json`. */
type LongPart = FieldsOf<typeof partFields>

/** A field: text in the short form, or a map. */
type Part = Template | LongPart

/** The field `multipart` of a request. */
export function multipartSchema(leaves: Leaves) {
  const long = map(partFields(leaves), {
    description: 'A file to upload, or text or JSON with a content type.',
    sample: 'file: cover.png',
    check: checkPart,
    synonyms: {
      path: 'file',
      src: 'file',
      value: 'text',
      filename: 'name',
      fileName: 'name',
      contentType: 'type',
      content_type: 'type',
      mimeType: 'type',
    },
  })
  const parts = oneOrMore(either(leaves.leaf(readTemplate, TEXT), long), {
    description: 'Several fields with this name, in this order.',
    sample: '- some text',
  })
  return record(parts, {
    description: 'Body of multipart/form-data with text, JSON and files. A list repeats the name.',
    examples: [{ title: 'some text', upload: { file: 'cover.png' }, tags: ['one', 'two'] }],
    check: checkParts,
  })
}

function partFields({ option, text }: Leaves) {
  return {
    file: text(readSentFile, 'File to upload, relative to this one.', { examples: ['cover.png'] }),
    text: text(readTemplate, 'Text, instead of a file.'),
    json: option(readJson, {}, 'JSON, instead of a file.'),
    type: text(
      readMediaType,
      "Content type. Default: by the file's extension, application/json for JSON, none for text.",
      { examples: ['image/png'] },
    ),
    name: text(readTemplate, 'File name in the form. Default: the name of the file.', {
      examples: ['{{ uuid() }}.png'],
    }),
  }
}

/** The parts of a form, in the order of the file. */
export function makeParts(fields: Readonly<Record<string, readonly Part[]>>): FormPart[] {
  return Object.entries(fields).flatMap(([name, parts]) => parts.map((part) => makePart(name, part)))
}

function makePart(name: string, part: Part): FormPart {
  if (isText(part)) return { name, text: part }
  const { file, text, json, type } = part
  if (json !== undefined) return { name, json, contentType: type ?? 'application/json' }
  if (file === undefined) return { name, text: text!, ...(type !== undefined && { contentType: type }) }
  const { name: fileName = [basename(file.path)] } = part
  return { name, file, fileName, contentType: type ?? contentTypeOf(file.path) }
}

function isText(part: Part): part is Template {
  return Array.isArray(part)
}

/** Reports conflicts in a field. `hasUnknown`: there was an unknown key, which may have been meant as its content. */
function checkPart(part: LongPart, report: Report, hasUnknown: boolean): void {
  const [content, ...others] = (['file', 'text', 'json'] as const).filter((key) => part[key] !== undefined)
  if (content === undefined && !hasUnknown) {
    wrong(report, 'the field is empty', 'add file: cover.png, text: "some text" or json: { a: 1 }')
  }
  for (const other of others) {
    const message = `a field can have only one of file, text and json; got ${content} and ${other}`
    wrongKey(report, [other], message, 'remove one of them, or write a list of two fields')
  }
  if (part.name !== undefined && content !== 'file' && content !== undefined) {
    wrongKey(report, ['name'], `name applies only to a file, not to ${content}`, 'remove it')
  }
}

/** Reports a form without fields. */
function checkParts(fields: TreeMap, report: Report): void {
  if (Object.keys(fields).length > 0) return
  wrong(
    report,
    'the form has no fields',
    'add fields, such as { title: "some text", upload: { file: cover.png } }',
  )
}

/** A media type such as `image/png`, with optional parameters. */
const readMediaType: Reader<string> = (tree, context, report) => {
  const text = readText(tree, context, report)
  if (text === null || isMediaType(text)) return text
  return wrong(report, `${quoted(text)} is not a media type`, 'write one such as image/png')
}
