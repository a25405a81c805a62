/**
 * `multipart/form-data` as text (RFC 7578), the way browsers copy it.
 */

/** A field of a form. */
export interface Part {
  readonly name: string
  readonly text: string
  /** The path of the file to send; null for a text field. */
  readonly file: string | null
  /** Its content type; absent if not given. */
  readonly type?: string | null
  /** The file name to send, if it differs from the file's own. */
  readonly fileName?: string | null
}

/** The fields of a multipart body; null if it isn't valid. */
export function partsOf(body: string, contentType: string): Part[] | null {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) return null
  // The preamble and the epilogue are not parts.
  const pieces = body.split(`--${boundary}`).slice(1)
  if (!pieces.at(-1)?.startsWith('--')) return null
  const parts = pieces.slice(0, -1).map(partOf)
  return parts.length > 0 && parts.every((part) => part !== null) ? parts : null
}

function partOf(text: string): Part | null {
  const [, head, content] = /^\r?\n([\s\S]*?)\r?\n\r?\n([\s\S]*?)\r?\n$/.exec(text) ?? []
  if (head === undefined || content === undefined) return null
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(head)?.[1] ?? ''
  const name = parameter(disposition, 'name')
  if (name === null || name === '') return null
  const type = /^content-type:\s*(.*\S)\s*$/im.exec(head)?.[1] ?? null
  return { name, text: content, file: parameter(disposition, 'filename'), type }
}

function parameter(disposition: string, name: string): string | null {
  const [, quoted, plain] =
    new RegExp(`(?:^|[;\\s])${name}=(?:"([^"]*)"|([^\\s;]+))`, 'i').exec(disposition) ?? []
  return quoted ?? plain ?? null
}
