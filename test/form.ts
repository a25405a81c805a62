/**
 * `multipart/form-data` read by the letter of RFC 7578: strict, so that a body that is off by a byte is none.
 */
export interface FormField {
  readonly name: string
  readonly fileName: string | null
  readonly type: string | null
  readonly content: Buffer
}

/** The parts of a form. Throws when it is none. */
export function parseForm(body: Buffer, contentType: string): FormField[] {
  const boundary = /^multipart\/form-data; boundary=([\w-]+)$/.exec(contentType)?.[1]
  if (boundary === undefined) throw new Error(`no form: ${contentType}`)
  const fields: FormField[] = []
  let at = expectAt(body, 0, `--${boundary}`)
  while (body.toString('latin1', at, at + 2) === '\r\n') {
    const headEnd = body.indexOf('\r\n\r\n', at)
    const head = body.toString('utf8', at + 2, headEnd)
    const [, name, fileName, type] =
      /^Content-Disposition: form-data; name="([^"\r\n]*)"(?:(?:; filename="([^"\r\n]*)")?\r\nContent-Type: ([^\r\n]+))?$/.exec(
        head,
      ) ?? []
    if (name === undefined) throw new Error(`no head of a part: ${head}`)
    const end = body.indexOf(`\r\n--${boundary}`, headEnd + 4)
    const content = body.subarray(headEnd + 4, end)
    fields.push({ name, fileName: fileName ?? null, type: type ?? null, content })
    at = expectAt(body, end, `\r\n--${boundary}`)
  }
  if (expectAt(body, at, '--\r\n') !== body.length) throw new Error('bytes after the form')
  return fields
}

function expectAt(body: Buffer, at: number, text: string): number {
  if (body.toString('latin1', at, at + text.length) !== text) throw new Error(`no ${text} at ${at}`)
  return at + text.length
}
