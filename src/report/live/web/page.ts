/**
 * The live page: empty at first, filled by its script with what the server sends.
 */
import { createHash } from 'node:crypto'
import { html, Markup } from '../../html/markup.js'
import { STYLESHEET } from '../../html/stylesheet.js'

const LIVE_STYLE = new Markup(`
.live { display: flex; gap: 16px; align-items: center; justify-content: space-between; min-height: 32px; margin-bottom: 12px; color: var(--soft); font-size: 13px; }
.live p { margin: 0; }
.live button { padding: 3px 12px; border: 1px solid var(--rule); border-radius: 6px; background: var(--wash); color: var(--ink); font: inherit; cursor: pointer; }
.running { color: var(--b); }
progress { display: block; width: 100%; height: 6px; margin: 0 0 20px; accent-color: var(--b); }
article > div .moments input, article > div .moments-hint { display: none; }
article + article { margin-top: 64px; border-top: 3px solid var(--rule); padding-top: 32px; }
@media print { .live { display: none; } }
`)

/**
 * The server escapes all names; as a second defense, the policy forbids every script but this one. Subtle: a part that
 * has the keyboard focus isn't replaced, because nobody could scroll a table otherwise.
 */
const SCRIPT = new Markup(`
(() => {
  const main = document.querySelector('main')
  const status = document.getElementById('status')
  const pause = document.getElementById('pause')
  const source = new EventSource('events' + location.search)
  const RETRIES = 5
  let failures = 0
  let isPaused = false
  let waiting = null

  const setStatus = (text) => { if (status.textContent !== text) status.textContent = text }
  const articleOf = (run) => {
    const known = document.getElementById('run-' + run)
    if (known) return known
    const article = document.createElement('article')
    article.id = 'run-' + run
    main.querySelector('.live').after(article)
    return article
  }
  const prefixIds = (article) => {
    for (const element of article.querySelectorAll('[id]')) element.id = article.id + '-' + element.id
    for (const link of article.querySelectorAll('a[href^="#"]')) link.setAttribute('href', '#' + article.id + '-' + link.getAttribute('href').slice(1))
    for (const part of article.querySelectorAll('[aria-labelledby]')) part.setAttribute('aria-labelledby', article.id + '-' + part.getAttribute('aria-labelledby'))
  }
  const show = ({ run, title, parts }) => {
    const article = articleOf(run)
    document.title = title
    parts.forEach((html, index) => {
      const part = article.children[index] || article.appendChild(document.createElement('div'))
      if (part.shown === html || part.contains(document.activeElement)) return
      part.innerHTML = html
      part.shown = html
    })
  }
  const on = (name, listener) => source.addEventListener(name, (event) => {
    failures = 0
    listener(JSON.parse(event.data))
  })

  on('live', (frame) => {
    setStatus(isPaused ? 'Paused; the run continues.' : 'Updated every second.')
    pause.hidden = false
    if (isPaused) waiting = frame
    else show(frame)
  })
  on('report', ({ run, title, html }) => {
    waiting = null
    const article = articleOf(run)
    article.innerHTML = html
    prefixIds(article)
    document.title = title
    setStatus('This run has ended.')
  })
  on('end', () => {
    source.close()
    pause.hidden = true
    setStatus('perfctl has ended; this page no longer changes. Save it, or use --report html.')
  })
  source.onerror = () => {
    if (++failures <= RETRIES) return setStatus('Connection lost, retrying…')
    source.close()
    pause.hidden = true
    setStatus('Connection lost. This page shows the last data received.')
  }
  pause.addEventListener('click', () => {
    isPaused = !isPaused
    pause.textContent = isPaused ? 'Resume' : 'Pause'
    if (waiting) show(waiting)
    waiting = null
    setStatus(isPaused ? 'Paused; the run continues.' : 'Updated every second.')
  })
})()
`)

/** The empty page. */
export const LIVE_PAGE = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>perfctl</title>
<style>${STYLESHEET}</style>
<style>${LIVE_STYLE}</style>
</head>
<body>
<main>
<div class="live"><p id="status" role="status">Connecting…</p><button type="button" id="pause" hidden>Pause</button></div>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`.text

/** The page's security policy: run its script, use its stylesheets, and connect to this server. */
export const LIVE_POLICY = [
  "default-src 'none'",
  `style-src ${[STYLESHEET, LIVE_STYLE].map(hashOf).join(' ')}`,
  `script-src ${hashOf(SCRIPT)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function hashOf({ text }: Markup): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
