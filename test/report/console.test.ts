import { describe, expect, test } from 'vitest'
import { renderConsole } from '../../src/report/console.js'
import { createStyle } from '../../src/report/style.js'
import { displayWidth } from '../../src/report/width.js'
import { failed, passed, RESULTS, regressed } from './results.js'

const plain = createStyle(false)

describe.each(Object.entries(RESULTS))('%s', (name, result) => {
  test.each([40, 80, 120])('on %i columns', async (width) => {
    const text = renderConsole(result, { width, style: plain, ascii: false })
    for (const line of text.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(width)
    await expect(text).toMatchFileSnapshot(`golden/${name}-${width}.txt`)
  })

  test('no control character but the newline reaches the terminal', () => {
    const text = renderConsole(result, { width: 80, style: plain, ascii: false })
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/)
  })
})

test('colours change nothing but colours', () => {
  const coloured = renderConsole(regressed, { width: 80, style: createStyle(true), ascii: false })
  expect(coloured).toContain('\u001b[31m')
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(
    renderConsole(regressed, { width: 80, style: plain, ascii: false }),
  )
})

test('an ASCII terminal gets ASCII', () => {
  expect(renderConsole(regressed, { width: 80, style: plain, ascii: true })).toMatch(/^[\n -~]+$/)
})

test('the first line is the verdict in words', () => {
  const first = (result: typeof passed) =>
    renderConsole(result, { width: 200, style: plain, ascii: false }).split('\n')[0]
  expect(first(passed)).toBe('✓ Passed: not slower than the baseline, and all 2 thresholds were met.')
  expect(first(failed)).toBe('✗ Failed: error_rate < 1% was not met (3.12%); 2 of 3 thresholds failed.')
  expect(first(regressed)).toMatch(/^✗ Regressed: "(search|details)" .*, the worst of \d regressions\.$/)
  expect(first({ ...passed, verdict: 'interrupted', durationSeconds: 12.3 })).toContain(
    'Interrupted after 12s',
  )
  expect(first({ ...passed, comparison: null, thresholds: [] })).toMatch(
    /^✓ Passed: .* there was no baseline/,
  )
})

test('a run without a baseline ends with how to make one', () => {
  const text = renderConsole({ ...passed, comparison: null }, { width: 80, style: plain, ascii: false })
  expect(text.trimEnd().split('\n').at(-1)).toBe('  perfctl baseline update scenarios/shop.yaml')
})
