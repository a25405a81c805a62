import { describe, expect, test } from 'vitest'
import { readScenario } from '../../../src/scenario/read.js'

const textOf = (headers: string) =>
  readScenario(`http:\n  headers:\n${headers}\nrequests: [{ get: / }]\n`, { file: 'shop.yaml', env: {} }).text

test('secrets are redacted, and the rest of the text stays the same', () => {
  expect(textOf('    authorization: Bearer sesame-open # not for all\n    accept: "text/html"')).toBe(
    'http:\n  headers:\n    authorization: Bearer [redacted] # not for all\n    accept: "text/html"\nrequests: [{ get: / }]\n',
  )
})

describe('the text is dropped if a secret is spelled differently in it:', () => {
  test.each([
    ['escaped', '    authorization: "Bearer sesame\\x2dopen"'],
    ['in quotes of quotes', "    cookie: 'it''s-a-secret'"],
    ['on two lines', '    authorization: >-\n      Bearer sesame\n      open'],
  ])('%s', (_, headers) => {
    expect(textOf(headers)).toBe('')
  })
})
