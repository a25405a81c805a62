import { expect, test } from 'vitest'
import { falseAlarm, renderResolution } from '../../src/report/resolution.js'
import { createStyle } from '../../src/report/style.js'
import { passed, regressed } from './results.js'

const page = { width: 80, style: createStyle(false), ascii: false }

test('each request has its smallest detectable slowdown, or ? if unknown', () => {
  expect(renderResolution(passed.comparison!, page)).toMatchInlineSnapshot(`
    "Smallest slowdown that this machine detects nine times in ten
      request          p50   p95  p99
      details         +22%     ?    ?
      create booking  +19%     ?    ?
      search          +20%  +34%    ?
      throughput -20%
    "
  `)
})

test('any change between the same code is a false alarm', () => {
  const improved = { ...passed.comparison!, verdict: 'improved' } as const
  expect(falseAlarm(passed.comparison!, true)).toBeNull()
  expect(falseAlarm(regressed.comparison!, true)).toMatch(/"regressed" is a false alarm.*--restarts 3/)
  expect(falseAlarm(improved, true)).toMatch(/"improved" is a false alarm/)
  expect(falseAlarm(regressed.comparison!, false)).toMatch(/a larger tolerance$/)
})
