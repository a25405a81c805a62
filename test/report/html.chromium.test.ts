/**
 * The page in a real browser, if there is one: it may disagree with the strict parser.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import format from '../../src/report/formats/html.js'
import { Browser, CHROMIUM, FLAGS } from './html/browser.js'
import { observed, RESULTS, scaling } from './results.js'

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
    const flags = [
      ...FLAGS,
      '--enable-logging=stderr',
      `--user-data-dir=${profile}`,
      '--dump-dom',
      `file://${file}`,
    ]
    const { stdout, stderr, status } = spawnSync(CHROMIUM, flags, { encoding: 'utf8', timeout: 60_000 })
    expect(status).toBe(0)
    return { document: stdout, complaints: stderr.split('\n').filter((line) => line.includes('CONSOLE')) }
  }
})

describe.skipIf(!existsSync(CHROMIUM))('the charts on one time axis', () => {
  const page = format.render(observed(RESULTS.passed), null)
  const SECONDS = RESULTS.passed.timeline.length
  let browser: Browser
  beforeAll(() => {
    browser = new Browser()
  })
  afterAll(() => browser.close())

  /** The figures that can be seen, each with the chart on whose line it is. */
  const SHOWN = `[...document.querySelectorAll('.moments span')]
    .filter((span) => getComputedStyle(span).opacity === '1')
    .map((span) => [...span.children].map((value) => {
      const range = document.createRange()
      range.selectNodeContents(value)
      const middle = (range.getBoundingClientRect().top + range.getBoundingClientRect().bottom) / 2
      const caption = [...document.querySelectorAll('.tracks figcaption')].find((each) => {
        const { top, bottom } = each.getBoundingClientRect()
        return top <= middle && middle <= bottom
      })
      return [caption?.firstChild.textContent, value.textContent]
    }))`
  type Shown = [title: string | undefined, value: string][][]

  /** The middle of a second in a chart. */
  async function placeOf(second: number, title: string): Promise<[x: number, y: number]> {
    return browser.read(`(() => {
      const figure = [...document.querySelectorAll('.tracks figure')].find((each) => each.textContent.includes('${title}'))
      const { left, width, top, height } = figure.querySelector('.plot').getBoundingClientRect()
      return [left + ((${second} + 0.5) / ${SECONDS}) * width, top + height / 2]
    })()`)
  }

  function momentOf(shown: Shown): string {
    expect(shown).toHaveLength(1)
    return shown[0]![0]![1].split('  ·  ')[0]!
  }

  test.each([1100, 400])('show one moment on the line of each, %d px wide', async (width) => {
    await browser.open(page, width)
    expect(await browser.read<Shown>(SHOWN)).toEqual([])
    for (const [second, title] of [
      [3, 'Memory of the service'],
      [7, 'Latency over time'],
      [SECONDS - 1, 'Server timing db'],
    ] as const) {
      await browser.pointAt(...(await placeOf(second, title)))
      const shown = await browser.read<Shown>(SHOWN)
      expect(momentOf(shown)).toBe(`${second}s`)
      const titles = shown[0]!.map(([title]) => title)
      expect(titles).toEqual(
        await browser.read(
          "[...document.querySelectorAll('.tracks figcaption')].map((each) => each.firstChild.textContent)",
        ),
      )
      expect(Object.fromEntries(shown[0]!)['Memory of the service']).toBe(`${100 + second}MB`)
    }
    expect(await browser.read('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  })

  test('keep the moment of a click, and the arrow keys move it', async () => {
    await browser.open(page, 1100)
    const place = await placeOf(5, 'Requests per second')
    await browser.pointAt(...place)
    await browser.click(...place)
    await browser.pointAt(1, 1)
    expect(momentOf(await browser.read<Shown>(SHOWN))).toBe('5s')
    await browser.press('ArrowRight')
    expect(momentOf(await browser.read<Shown>(SHOWN))).toBe('6s')
    await browser.pointAt(...(await placeOf(9, 'Requests per second')))
    expect(momentOf(await browser.read<Shown>(SHOWN))).toBe('9s')
  })

  test('can be read with the keyboard alone', async () => {
    await browser.open(page, 1100)
    const isThere = "document.activeElement.closest('.moments') !== null"
    for (let presses = 0; presses < 50 && !(await browser.read(isThere)); presses++)
      await browser.press('Tab')
    expect(momentOf(await browser.read<Shown>(SHOWN))).toBe('0s')
    await browser.press('ArrowRight')
    await browser.press('ArrowRight')
    await browser.press('ArrowLeft')
    expect(momentOf(await browser.read<Shown>(SHOWN))).toBe('1s')
    const name = await browser.read<string>("document.activeElement.closest('label').textContent")
    expect(name).toContain('101MB')
  })

  test('are legible in the dark, and without moments on paper', async () => {
    await browser.open(page, 1100)
    const color = (name: string) =>
      browser.read<string>(`getComputedStyle(document.querySelector('${name}')).color`)
    await browser.emulate('screen', 'light')
    await browser.pointAt(...(await placeOf(3, 'Latency over time')))
    const light = await color('.moments span')
    await browser.emulate('screen', 'dark')
    expect(await color('.moments span')).not.toBe(light)
    expect(await color('.moments span')).toBe(await color('body'))
    await browser.emulate('print', 'light')
    const displays = await browser.read(
      "['.moments', '.moments-hint', '.tracks .plot'].map((each) => getComputedStyle(document.querySelector(each)).display)",
    )
    expect(displays).toEqual(['none', 'none', 'block'])
  })
})

describe.skipIf(!existsSync(CHROMIUM))('the charts by load', () => {
  const LOADS = [1, 2, 4, 8, 16, 24, 32, 33, 64]
  const page = format.render(scaling(LOADS), null)
  let browser: Browser
  beforeAll(() => {
    browser = new Browser()
  })
  afterAll(() => browser.close())

  const SHOWN = `[...document.querySelectorAll('.loose span')]
    .filter((span) => getComputedStyle(span).opacity === '1')
    .map((span) => [...span.children].map((value) => value.textContent))`
  /** Where the lines are that show the places of figures, as shares of the drawing. */
  const LINES = `[...document.querySelectorAll('.loose line')]
    .filter((line) => getComputedStyle(line).stroke !== 'none')
    .map((line) => parseFloat(line.getAttribute('x1')))`

  /** The place of a load in the first of its charts. */
  async function placeOf(load: number): Promise<[x: number, y: number]> {
    return browser.read(`(() => {
      const { left, width, top, height } = document.querySelector('.tracks .plot').getBoundingClientRect()
      return [left + (${load} / 80) * width, top + height / 2]
    })()`)
  }

  test.each([1100, 400])('show the load that is pointed at, %d px wide', async (width) => {
    await browser.open(page, width)
    expect(await browser.read(SHOWN)).toEqual([])
    for (const load of [8, 64]) {
      await browser.pointAt(...(await placeOf(load)))
      const shown = await browser.read<string[][]>(SHOWN)
      expect(shown).toHaveLength(1)
      expect(shown[0]![0]).toMatch(new RegExp(`^${load} users  ·  carried `))
      expect(shown[0]![1]).toMatch(/^p95 /)
      expect(await browser.read(LINES)).toEqual([(load / 80) * 100])
    }
    expect(await browser.read('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  })

  test('keep the load of a click, and the arrow keys move it, from load to load', async () => {
    await browser.open(page, 1100)
    const place = await placeOf(24)
    await browser.pointAt(...place)
    await browser.click(...place)
    await browser.pointAt(1, 1)
    for (const load of [24, 32, 33, 48, 64]) {
      expect((await browser.read<string[][]>(SHOWN))[0]![0]).toContain(`${load} users`)
      await browser.press('ArrowRight')
    }
  })
})

/** Counts the elements by name. */
function countElements(page: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [, name] of page.replace(/<style>[^<]*<\/style>/, '').matchAll(/<([a-zA-Z][^\s/>]*)/g)) {
    counts[name!] = (counts[name!] ?? 0) + 1
  }
  return counts
}
