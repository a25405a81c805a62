/**
 * Renders documentation pages on a terminal. Supports the subset of Markdown that they use.
 */
import type { Style } from './style.js'
import { displayWidth, wrap } from './width.js'

/** Layout options. */
export interface PageOptions {
  /** In terminal columns. Code is never wrapped. */
  readonly width: number
  readonly style: Style
}

/** Lays out headings, lists and tables in `width` columns. */
export function renderMarkdown(markdown: string, options: PageOptions): string {
  const lines = markdown.replaceAll(/<!--[\s\S]*?-->/g, '').split('\n')
  const blocks: string[] = []
  while (lines.length > 0) {
    if (lines[0]!.trim() === '') lines.shift()
    else blocks.push(takeBlock(lines, options))
  }
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

/** Removes the first block from `lines`, whose first line isn't blank, and renders it. */
function takeBlock(lines: string[], options: PageOptions): string {
  const first = lines[0]!
  if (/^ *```/.test(first)) return takeCode(lines, options)
  if (/^#+ /.test(first)) return renderHeading(lines.shift()!, options)
  if (first.startsWith('|'))
    return renderRows(
      takeWhile(lines, (line) => line.startsWith('|')),
      options,
    )
  if (ITEM.test(first)) return takeList(lines, options)
  const paragraph = takeWhile(lines, (line) => line.trim() !== '' && !/^(```|#+ |\|)/.test(line))
  return wrap(renderInline(joinLines(paragraph), options.style), options.width)
}

const ITEM = /^( *)([-*]|\d+\.) +/

function takeWhile(lines: string[], isWanted: (line: string) => boolean): string[] {
  const end = lines.findIndex((line) => !isWanted(line))
  return lines.splice(0, end === -1 ? lines.length : end)
}

function joinLines(lines: readonly string[]): string {
  return lines.map((line) => line.trim()).join(' ')
}

function renderHeading(line: string, { style, width }: PageOptions): string {
  const [, marks, text] = /^(#+) (.*)$/.exec(line)!
  const title = wrap(renderInline(text!, style), width)
  if (marks!.length > 2) return style.bold(title)
  const underline = (marks === '#' ? '═' : '─').repeat(Math.min(width, displayWidth(title)))
  return `${style.bold(title)}\n${style.dim(underline)}`
}

function takeCode(lines: string[], { style }: PageOptions): string {
  const indent = /^ */.exec(lines.shift()!)![0].length
  const code = takeWhile(lines, (line) => !/^ *```/.test(line))
  lines.shift()
  return code.map((line) => (line === '' ? '' : `    ${style.cyan(line.slice(indent))}`)).join('\n')
}

/** List items may span lines and contain code blocks, indented below their marker. */
function takeList(lines: string[], options: PageOptions): string {
  const rendered: string[] = []
  while (lines.length > 0 && ITEM.test(lines[0]!)) {
    const [head, indent, mark] = ITEM.exec(lines[0]!)!
    const isContinued = (line: string) => line.trim() !== '' && !ITEM.test(line) && !/^ *```/.test(line)
    const text = [lines.shift()!.slice(head.length), ...takeWhile(lines, isContinued)]
    const start = `${indent}${mark === '*' ? '-' : mark} `
    rendered.push(
      wrap(start + renderInline(joinLines(text), options.style), options.width, ' '.repeat(start.length)),
    )
    if (/^ +```/.test(lines[0] ?? '')) rendered.push(takeCode(lines, options))
    // A blank line between two items doesn't end the list.
    if (lines[0]?.trim() === '' && ITEM.test(lines[1] ?? '')) lines.shift()
  }
  return rendered.join('\n')
}

/** A column of sentences is unreadable below this width. */
const SENTENCES_MIN = 30
const GAP = 2

function renderRows(lines: readonly string[], options: PageOptions): string {
  const { style } = options
  const [head, , ...rows] = lines.map((line) => cellsOf(line).map((cell) => renderInline(cell, style)))
  const widths = head!.map((_, column) =>
    Math.max(...[head!, ...rows].map((row) => displayWidth(row[column] ?? ''))),
  )
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + GAP, 0)
  const room = options.width - before
  if (room < Math.min(SENTENCES_MIN, widths.at(-1)!)) {
    const widest = widths.indexOf(Math.max(...widths.slice(1)), 1)
    return renderEntries(rows, {
      ...options,
      labels: head!.map((cell, at) => (at === widest ? '' : `${cell}: `)),
    })
  }
  const table = [head!.map((cell) => style.bold(cell)), ...rows].map((row) => {
    const start = row.slice(0, -1).map((cell, column) => pad(cell, widths[column]! + GAP))
    const last = wrap(row.at(-1) ?? '', room)
      .split('\n')
      .join(`\n${' '.repeat(before)}`)
    return (start.join('') + last).replaceAll(/ +$/gm, '')
  })
  return table.join('\n')
}

/** Renders a table that is too wide: the first cell of each row as a heading, the others below it with their labels. */
function renderEntries(
  rows: readonly (readonly string[])[],
  { style, width, labels }: PageOptions & { readonly labels: readonly string[] },
): string {
  const entries = rows.map((row) => {
    const details = row.map((cell, at) => (at === 0 || cell === '' ? '' : `    ${labels[at]}${cell}`))
    const lines = details.filter((line) => line !== '').map((line) => wrap(line, width, '    '))
    return [wrap(style.bold(row[0]!), width), ...lines].join('\n')
  })
  return entries.join('\n\n')
}

function cellsOf(line: string): string[] {
  const cells = line
    .replace(/^\| */, '')
    .replace(/ *\|$/, '')
    .split(/ *(?<!\\)\| */)
  return cells.map((cell) => cell.replaceAll('\\|', '|'))
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/** Renders code, emphasis, links and entities within a line. */
function renderInline(text: string, style: Style): string {
  const parts = text.split(/(`[^`]+`)/)
  return parts
    .map((part, index) => (index % 2 === 1 ? renderCode(part, style) : renderProse(part, style)))
    .join('')
}

/** Without colors, the backticks stay to mark the code. */
function renderCode(part: string, style: Style): string {
  const code = style.cyan(part.slice(1, -1))
  return code === part.slice(1, -1) ? part : code
}

function renderProse(part: string, style: Style): string {
  return part
    .replaceAll(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, (_, label: string, url: string) => label + describeLink(url))
    .replaceAll(/\*\*(.+?)\*\*/g, (_, strong: string) => style.bold(strong))
    .replaceAll(/(?<!\w)[*_](\w[^*_]*)[*_](?!\w)/g, '$1')
    .replaceAll('&lt;', '<')
}

/** Describes the target of a link: for a page of the documentation, the command that prints it. */
function describeLink(url: string): string {
  const [, page] = /^(?:\.\/)?([a-z-]+)\.md(?:#.*)?$/.exec(url) ?? []
  if (page !== undefined) return ` (perfctl help ${page})`
  return /^https?:/.test(url) ? ` <${url}>` : ''
}
