import { expect, test } from 'vitest'
import { readScenario } from '../../../src/scenario/read.js'

test.each([
  ['{{ s }}', 'is', undefined],
  ['not {{ s }}', 'is not', undefined],
  ['!{{ s }}', 'is not', undefined],
  ['{{ s }}{{ t }}', 'is', undefined],
  ['done == {{ s }}', '==', [{ name: 's' }]],
  ['{{ s }} == rock and roll', '==', ['rock and roll']],
  ['{{ s }} != "a && b"', '!=', ['a && b']],
  ["{{ s }} == ''", '==', ['']],
  ['{{ s }} matches ^(a|b)=>c$', 'matches', ['^(a|b)=>c$']],
  ["{{ s | default('a == b') }} contains {{ t }}", 'contains', [{ name: 't' }]],
])('%s is a condition', (text, operator, right) => {
  const file = { file: 'a.yaml', env: {} }
  const captures = '{ get: /, capture: { s: $.s, t: $.t } }'
  const scenario = readScenario(
    `requests: [{ name: j, steps: [${captures}, { get: /b, if: ${JSON.stringify(text)} }] }]`,
    file,
  )
  const [, step] = (scenario.requests[0] as { steps: readonly { if?: object }[] }).steps
  expect(step!.if).toMatchObject({ operator, ...(right !== undefined && { right }) })
})
