/**
 * A strict reader of the pages that the report makes: it knows less than a browser, and takes nothing amiss lightly.
 */

/** An element's start, with its attributes as they are written. */
export interface Tag {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

const TAG = /<(\/?)([a-z][a-zA-Z0-9]*)((?:\s+[a-zA-Z0-9-]+(?:="[^"<>]*")?)*)\s*(\/?)>/g
const VOID = ['meta', 'br', 'hr', 'img', 'link']

/**
 * All elements in their order. Throws an Error for a `<` or `>` that belongs to no tag, for an element that isn't
 * closed and for one that is closed without having been opened.
 */
export function readTags(page: string): Tag[] {
  const body = page.replace(/^<!doctype html>/, '').replace(/<style>[^<]*<\/style>/, '<style></style>')
  const left = body.replace(TAG, '')
  const stray = /[<>]/.exec(left)
  if (stray !== null) throw new Error(`not a tag: ${left.slice(stray.index - 20, stray.index + 40)}`)
  const open: string[] = []
  const tags: Tag[] = []
  for (const [, slash, name, attributes, selfClosing] of body.matchAll(TAG)) {
    if (slash === '/') {
      const last = open.pop()
      if (last !== name) throw new Error(`</${name}> closes <${last}>`)
      continue
    }
    tags.push({ name: name!, attributes: readAttributes(attributes!) })
    if (selfClosing === '' && !VOID.includes(name!)) open.push(name!)
  }
  if (open.length > 0) throw new Error(`never closed: ${open.join(', ')}`)
  return tags
}

/** What a reader sees, without tags, entities resolved. */
export function readText(page: string): string {
  return page
    .replace(/<style>[^<]*<\/style>/, '')
    .replace(TAG, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ')
}

function readAttributes(text: string): Record<string, string> {
  const found = text.matchAll(/\s+([a-zA-Z0-9-]+)(?:="([^"]*)")?/g)
  return Object.fromEntries([...found].map(([, name, value]) => [name!, value ?? '']))
}
