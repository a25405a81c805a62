/**
 * The page in a real browser, if there is one: it may disagree with the strict parser.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import format from '../../src/report/formats/html.js'
import { RESULTS } from './results.js'

const CHROMIUM = '/usr/bin/chromium'

describe.skipIf(!existsSync(CHROMIUM))('in Chromium', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'perfctl-page-'))
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  test.each(Object.entries(RESULTS))(
    'the elements of a %s result are those that were written',
    (_, result) => {
      const page = format.render(result, null)
      const { document, complaints } = open(page)
      expect(complaints).toEqual([])
      expect(countElements(document)).toEqual(countElements(page))
    },
  )

  test('the policy is enforced: it blocks another stylesheet or a script', () => {
    const page = format.render(RESULTS.passed, null)
    const styled = page.replace('<style>', '<style>body { color: red }')
    expect(open(styled).complaints.join()).toContain('Content Security Policy')
    const scripted = page.replace('</main>', '</main><script>document.title = "got through"</script>')
    const { document, complaints } = open(scripted)
    expect(complaints.join()).toContain('Content Security Policy')
    expect(document).not.toContain('<title>got through')
  })

  /** Returns the document after the browser has parsed it, and the browser's complaints. */
  function open(page: string): { document: string; complaints: string[] } {
    const file = join(directory, 'page.html')
    writeFileSync(file, page)
    const profile = mkdtempSync(join(directory, 'profile-'))
    const flags = [...FLAGS, `--user-data-dir=${profile}`, '--dump-dom', `file://${file}`]
    const { stdout, stderr, status } = spawnSync(CHROMIUM, flags, { encoding: 'utf8', timeout: 60_000 })
    expect(status).toBe(0)
    return { document: stdout, complaints: stderr.split('\n').filter((line) => line.includes('CONSOLE')) }
  }
})

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-logging=stderr',
]

/** Counts the elements by name. */
function countElements(page: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [, name] of page.replace(/<style>[^<]*<\/style>/, '').matchAll(/<([a-zA-Z][^\s/>]*)/g)) {
    counts[name!] = (counts[name!] ?? 0) + 1
  }
  return counts
}
