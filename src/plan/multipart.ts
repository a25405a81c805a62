/**
 * `multipart/form-data` (RFC 7578), with names escaped as browsers do (HTML standard, 4.10.21.8).
 */
import type { FileBytes, FormPart } from '../scenario/model/request.js'
import type { IterationContext } from './iteration-values.js'
import { bufferOf, Payload, type Stretch } from './payload.js'
import { compileJson, compileText, type FeederIndex, type Render } from './template.js'

interface Form {
  readonly payload: Payload
  readonly contentType: string
}

/** A compiled part. Its value is its content or, for a file, the file name to send. */
interface CompiledPart {
  /** The headers; of a file, up to its name. */
  readonly head: string
  readonly value: string | Render
  readonly file: { readonly bytes: Buffer; readonly contentType: string } | null
}

/** Compiles a form. The function returns the form of one iteration. */
export function compileForm(
  parts: readonly FormPart[],
  feeders: FeederIndex,
  files: FileBytes,
): (draws: IterationContext) => Form {
  const compiled = parts.map((part) => compilePart(part, feeders, files))
  return (draws) => {
    const boundary = drawBoundary(draws)
    const stretches: Stretch[] = []
    let text = ''
    for (const { head, value, file } of compiled) {
      const content = typeof value === 'string' ? value : value(draws)
      text += `--${boundary}\r\n${head}`
      if (file === null) {
        text += `\r\n\r\n${content}\r\n`
        continue
      }
      const { bytes, contentType } = file
      text += `; filename="${escapeName(content)}"\r\nContent-Type: ${contentType}\r\n\r\n`
      stretches.push(
        { bytes: Buffer.from(text), file: null },
        { bytes, file: { name: content, contentType } },
      )
      text = '\r\n'
    }
    stretches.push({ bytes: Buffer.from(`${text}--${boundary}--\r\n`), file: null })
    return { payload: new Payload(stretches), contentType: `multipart/form-data; boundary=${boundary}` }
  }
}

function compilePart(part: FormPart, feeders: FeederIndex, files: FileBytes): CompiledPart {
  const head = `Content-Disposition: form-data; name="${escapeName(part.name)}"`
  if (!('file' in part)) {
    const value = 'json' in part ? compileJson(part.json, feeders) : compileText(part.text, feeders, String)
    const type = part.contentType === undefined ? '' : `\r\nContent-Type: ${part.contentType}`
    return { head: head + type, value, file: null }
  }
  const { fileName, file, contentType } = part
  const value = compileText(fileName, feeders, String)
  return { head, value, file: { bytes: bufferOf(files[file.digest]!), contentType } }
}

/**
 * The boundary between parts. With 128 random bits it occurs in none of them, even in captured text. The same seed
 * gives the same boundary.
 */
function drawBoundary({ random }: IterationContext): string {
  const word = () => random.uint32().toString(16).padStart(8, '0')
  return `perfctl-${word()}${word()}${word()}${word()}`
}

/** Escapes characters that would end the name or its line. */
function escapeName(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
