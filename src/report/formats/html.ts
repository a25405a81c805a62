/**
 * A self-contained page that opens from the disk: no script, nothing loaded. Its security policy forbids both, so that
 * even a bug here can't let a name from outside run code.
 */
import { createHash } from 'node:crypto'
import type { Result } from '../../stats/result.js'
import type { NextStep } from '../advice.js'
import { html } from '../html/markup.js'
import { renderReport } from '../html/report.js'
import { STYLESHEET } from '../html/stylesheet.js'
import { SYMBOLS } from '../html/verdict.js'
import type { Format } from './format.js'

function render(result: Result, next: NextStep | null): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${SYMBOLS[result.verdict]} ${result.scenario.name} · perfctl</title>
<style>${STYLESHEET}</style>
</head>
<body>
<main>
${renderReport(result, next)}</main>
</body>
</html>
`.text
}

function policy(): string {
  const style = createHash('sha256').update(STYLESHEET.text).digest('base64')
  return `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`
}

export default { id: 'html', extension: 'html', render } satisfies Format
