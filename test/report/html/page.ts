/**
 * A strict parser for report pages: it knows less than a browser, and forgives nothing.
 */

/** A start tag with its raw attributes. */
export interface Tag {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

const TAG = /<(\/?)([a-z][a-zA-Z0-9]*)((?:\s+[a-zA-Z0-9-]+(?:="[^"<>]*")?)*)\s*(\/?)>/g
const VOID = ['meta', 'br', 'hr', 'img', 'link', 'input']

/**
 * Returns all start tags in order. Throws an Error for a stray `<` or `>`, an unclosed element, or a mismatched end
 * tag.
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

/** Returns the visible text, with entities resolved. */
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
