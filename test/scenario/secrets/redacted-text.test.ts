import { describe, expect, test } from 'vitest'
import { readScenario } from '../../../src/scenario/read.js'

const textOf = (headers: string) =>
  readScenario(`http:\n  headers:\n${headers}\nrequests: [{ get: / }]\n`, { file: 'shop.yaml', env: {} }).text

test('secrets are taken out of the text, and the rest stays as it was', () => {
  expect(textOf('    authorization: Bearer sesame-open # not for all\n    accept: "text/html"')).toBe(
    'http:\n  headers:\n    authorization: Bearer [redacted] # not for all\n    accept: "text/html"\nrequests: [{ get: / }]\n',
  )
})

describe('a secret that is written in another way than it is sent leaves no text at all', () => {
  test.each([
    ['escaped', '    authorization: "Bearer sesame\\x2dopen"'],
    ['in quotes of quotes', "    cookie: 'it''s-a-secret'"],
    ['over two lines', '    authorization: >-\n      Bearer sesame\n      open'],
  ])('%s', (_, headers) => {
    expect(textOf(headers)).toBe('')
  })
})
