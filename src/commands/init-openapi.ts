/**
 * The first scenario of a project with an OpenAPI document: one request per operation.
 */

import type { Io } from '../base/io.js'
import { importOpenapi } from '../import/openapi/index.js'
import { withLoad } from '../import/with-load.js'
import { writeDraft } from '../import/write.js'
import { readerBeside } from './beside-document.js'
import { readWhole } from './import-input.js'

/** A scenario before it is written. */
export interface First {
  readonly name: string
  readonly text: string
  /** What could not be converted, and what is left to do. */
  readonly notes: readonly string[]
  /** Files that the scenario sends and that don't exist yet. */
  readonly placeholders?: readonly string[] | undefined
}

/**
 * Makes a scenario from a document, with the default load. `url` replaces the document's server. Throws a
 * UserError if the file can't be read or is not such a document.
 */
export async function makeFromOpenapi(
  file: string,
  { url, schema }: { readonly url: URL | null; readonly schema: string | null },
  io: Io,
): Promise<First> {
  const text = await readWhole(file, io)
  const target = url === null ? null : `${url.origin}${url.pathname}`.replace(/\/+$/, '')
  const { scenario, notes, placeholders } = importOpenapi(text, {
    file,
    target,
    readBeside: file === '-' ? null : readerBeside(file, io),
  })
  const { name: title, description = title } = scenario
  const name = slugOf(title ?? 'api')
  const named = { ...scenario, name, ...(description !== undefined && { description }) }
  const command = `perfctl init --openapi ${file}`
  const written = writeDraft(withLoad({ scenario: named, notes }), { command, schema })
  return { name, text: written, notes, placeholders }
}

/** `Swagger Petstore - OpenAPI 3.0` becomes `swagger-petstore-openapi-3-0`. */
function slugOf(title: string): string {
  return (
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60) || 'api'
  )
}
