/**
 * `perfctl help <topic>`: shows a page of the documentation in the terminal.
 */
import { readFile } from 'node:fs/promises'
import type { Io } from '../base/io.js'
import { createStyle, shouldColor } from '../report/style.js'
import { renderMarkdown } from '../report/terminal-markdown.js'

/** Wider lines are hard to read. */
const WIDTH_MAX = 100

/** Prints `docs/<topic>.md`, which is part of the package. */
export async function printPage(topic: string, io: Io): Promise<void> {
  const text = await readFile(new URL(`../../docs/${topic}.md`, import.meta.url), 'utf8')
  const style = createStyle(shouldColor(io.env, io.stdout.isTerminal, true))
  io.stdout.write(renderMarkdown(text, { width: Math.min(io.stdout.columns, WIDTH_MAX), style }))
}
