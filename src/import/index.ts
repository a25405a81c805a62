/**
 * The formats that perfctl imports. Each importer is loaded on demand.
 */
import type { Draft } from './draft.js'
import type { ImportOptions } from './importer.js'

/** Flags that only some formats have. */
export type OwnFlag = 'mix' | 'static' | 'environment'

/** Drafts a scenario from a whole text. Throws a UserError if the text has no usable requests. */
type TextImporter = (text: string, options: ImportOptions) => Draft

/** Drafts a scenario from a text of any length, line by line. */
type LineImporter = (lines: AsyncIterable<string>, options: ImportOptions) => Promise<Draft>

/** A format. */
export type ImportFormat = { readonly description: string; readonly flags: readonly OwnFlag[] } & (
  | { readonly reads: 'text'; load(): Promise<TextImporter> }
  | { readonly reads: 'lines'; load(): Promise<LineImporter> }
)

/** All formats, by their name on the command line. */
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
