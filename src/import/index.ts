/**
 * The formats of other programs that scenarios are made from. Each importer is loaded when it's asked for.
 */
import type { Draft } from './draft.js'
import type { ImportOptions } from './importer.js'

/** Flags that mean something to some formats only. */
export type OwnFlag = 'mix' | 'static' | 'environment'

/** Makes a draft of a whole text. Throws a UserError when there is nothing to be made of it. */
type TextImporter = (text: string, options: ImportOptions) => Draft

/** Makes a draft of a text of any length, line by line. */
type LineImporter = (lines: AsyncIterable<string>, options: ImportOptions) => Promise<Draft>

/** A format. */
export type ImportFormat = { readonly description: string; readonly flags: readonly OwnFlag[] } & (
  | { readonly reads: 'text'; load(): Promise<TextImporter> }
  | { readonly reads: 'lines'; load(): Promise<LineImporter> }
)

/** All of them, by the names that the command line knows. */
export const IMPORTERS: Readonly<Record<string, ImportFormat>> = {
  curl: text(
    "curl commands, such as those that browsers' developer tools copy",
    async () => (await import('./curl/index.js')).importCurl,
  ),
  har: text('a browser or proxy recording (HAR)', async () => (await import('./har/index.js')).importHar, [
    'mix',
    'static',
  ]),
  postman: text(
    'a Postman collection (v2.0, v2.1)',
    async () => (await import('./postman/index.js')).importPostman,
    ['environment'],
  ),
  openapi: text(
    'an OpenAPI or Swagger document (2.0, 3.0, 3.1)',
    async () => (await import('./openapi/index.js')).importOpenapi,
  ),
  'access-log': lines(
    'an access log of nginx, Apache, Caddy or Traefik',
    async () => (await import('./access-log/index.js')).importAccessLog,
    ['static'],
  ),
}

function text(
  description: string,
  load: () => Promise<TextImporter>,
  flags: readonly OwnFlag[] = [],
): ImportFormat {
  return { description, flags, reads: 'text', load }
}

function lines(
  description: string,
  load: () => Promise<LineImporter>,
  flags: readonly OwnFlag[] = [],
): ImportFormat {
  return { description, flags, reads: 'lines', load }
}
