import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createStyle } from '../../src/report/style.js'
import { renderMarkdown } from '../../src/report/terminal-markdown.js'
import { displayWidth } from '../../src/report/width.js'

const PLAIN = { width: 40, style: createStyle(false) }
const COLORED = { width: 40, style: createStyle(true) }
const DOCS = new URL('../../docs/', import.meta.url)

test('headings are underlined, paragraphs are wrapped', () => {
  const text = '# A page\n\nSome words that are long enough\nto be wrapped at forty columns.\n\n### Deeper\n'
  expect(renderMarkdown(text, PLAIN)).toBe(
    'A page\n══════\n\nSome words that are long enough to be\nwrapped at forty columns.\n\nDeeper\n',
  )
})

test('code keeps its lines and is indented', () => {
  const text =
    'Try:\n\n```sh\nperfctl run a.yaml\n\n  --seed 1 and a line that is longer than the page\n```\n'
  expect(renderMarkdown(text, PLAIN)).toBe(
    'Try:\n\n    perfctl run a.yaml\n\n      --seed 1 and a line that is longer than the page\n',
  )
})

test('the lines of an item are indented below its marker, with its code', () => {
  const text =
    '- one with more words than fit into a line\n  of the page\n- two\n  ```\n  code\n  ```\n1. three\n'
  expect(renderMarkdown(text, PLAIN)).toBe(
    '- one with more words than fit into a\n  line of the page\n- two\n    code\n1. three\n',
  )
})

test('links name the command that prints a page, code keeps its backticks without colors', () => {
  const text =
    'See [the verdict](verdict.md#the-rules), [a file](../a.yml), [k6](https://k6.io) and `perfctl **run**`.'
  expect(renderMarkdown(text, { ...PLAIN, width: 200 })).toBe(
    'See the verdict (perfctl help verdict), a file, k6 <https://k6.io> and `perfctl **run**`.\n',
  )
})

test('with colors, code and emphasis are painted', () => {
  expect(renderMarkdown('`a` **b** _c_ snake_case_name', COLORED)).toBe(
    '\u001b[36ma\u001b[39m \u001b[1mb\u001b[22m c snake_case_name\n',
  )
})

test('a table has columns; the last one is wrapped', () => {
  const text = '| a | b |\n| --- | --- |\n| `x\\|y` | some words that need more than one line |\n'
  expect(renderMarkdown(text, PLAIN)).toBe(
    'a      b\n`x|y`  some words that need more than\n       one line\n',
  )
})

test('a table that is too wide becomes a list of entries', () => {
  const text =
    '| key | default | meaning |\n| --- | --- | --- |\n| requests.steps.capture.required | `true` | what it means in more words |\n| b | | c |\n'
  expect(renderMarkdown(text, PLAIN)).toBe(
    'requests.steps.capture.required\n    default: `true`\n    what it means in more words\n\nb\n    c\n',
  )
})

test('comments and images are left out', () => {
  expect(renderMarkdown('a <!-- not\nshown --> b\n\n![picture](a.png)\n', PLAIN)).toBe('a  b\n')
})

const pages = readdirSync(DOCS).filter((file) => file.endsWith('.md'))

test.each(pages)('%s fits into 80 columns, except for code', (file) => {
  const text = renderMarkdown(readFileSync(new URL(file, DOCS), 'utf8'), { ...PLAIN, width: 80 })
  const long = text.split('\n').filter((line) => !line.startsWith('    ') && displayWidth(line) > 80)
  expect(long).toEqual([])
})
