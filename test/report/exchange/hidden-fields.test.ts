import { describe, expect, test } from 'vitest'
import { hideInBody, hideInQuery } from '../../../src/report/exchange/hidden-fields.js'

const NOTHING: ReadonlySet<string> = new Set()
const FORM = 'application/x-www-form-urlencoded'

function hide(body: string, more: { isSent?: boolean; contentType?: string; known?: string[] } = {}) {
  const { isSent = true, contentType = '', known = [] } = more
  return hideInBody(body, { isSent, contentType, known: new Set(known) })
}

describe('in JSON', () => {
  test.each([
    ['{"user":"ann","password":"hunter2"}', '{"user":"ann","password":"[redacted]"}'],
    ['{ "a": { "newPassword" : "x" } , "b": 1.50 }', '{ "a": { "newPassword" : "[redacted]" } , "b": 1.50 }'],
    ['{"token_count":3,"tokens":"many","token":3}', '{"token_count":3,"tokens":"many","token":3}'],
    ['{"pin":1234,"otp":"000","id":1234}', '{"pin":"[redacted]","otp":"[redacted]","id":1234}'],
    [
      '{"secret":["a","b",{"c":"d"},"e"],"f":"g"}',
      '{"secret":["[redacted]","[redacted]",{"c":"d"},"[redacted]"],"f":"g"}',
    ],
    ['{"password":null,"token":true,"secret":""}', '{"password":null,"token":true,"secret":""}'],
    ['{"token":{"type":"x"}}', '{"token":{"type":"x"}}'],
    ['["token","password"]', '["token","password"]'],
    [
      '{"note":"\\"password\\":\\"x\\"","password":"a\\"b"}',
      '{"note":"\\"password\\":\\"x\\"","password":"[redacted]"}',
    ],
    ['{"card":"4111 1111 1111 1111","card2":"blue"}', '{"card":"[redacted]","card2":"blue"}'],
    ['{"password":"a"}\n{"password":"b"}', '{"password":"[redacted]"}\n{"password":"[redacted]"}'],
  ])('%s is shown as %s', (body, shown) => {
    expect(hide(body).text).toBe(shown)
  })

  test('a known secret is hidden in any field if it is the whole value', () => {
    expect(hide('{"a":"word","b":"a word","c":["word"]}', { known: ['word'] })).toEqual({
      text: '{"a":"[redacted]","b":"a word","c":["[redacted]"]}',
      secrets: ['word', 'word'],
    })
  })

  test('a message about a field is shown, a token with its scheme is not', () => {
    const answer = '{"password":["is too short"],"token":"Bearer abc","secret":"abc"}'
    expect(hide(answer, { isSent: false })).toEqual({
      text: '{"password":["is too short"],"token":"[redacted]","secret":"[redacted]"}',
      secrets: ['Bearer abc', 'abc'],
    })
    expect(hide('{"password":"correct horse"}').text).toBe('{"password":"[redacted]"}')
  })
})

test.each([
  ['user=ann&password=a%26b+c&x=', FORM, 'user=ann&password=[redacted]&x=', ['a&b c']],
  ['user%5Bpassword%5D=abc', FORM, 'user%5Bpassword%5D=[redacted]', ['abc']],
  ['password=abc', 'text/plain', 'password=abc', []],
  [
    '--b\r\nContent-Disposition: form-data; name="pin"\r\n\r\n12\r\n34\r\n--b\r\nContent-Disposition: form-data; name="t"\r\n\r\nx\r\n--b--\r\n',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="pin"\r\n\r\n[redacted]\r\n--b\r\nContent-Disposition: form-data; name="t"\r\n\r\nx\r\n--b--\r\n',
    ['12\r\n34'],
  ],
  [
    '--b\r\nContent-Disposition: form-data; name="pin"\r\nContent-Type: text/x\r\n\r\n1234\r\n--b\r\nContent-Disposition: form-data; name="t"\r\nContent-Type: application/json\r\n\r\n{"a":1,"token":"abc"}\r\n--b--\r\n',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="pin"\r\nContent-Type: text/x\r\n\r\n[redacted]\r\n--b\r\nContent-Disposition: form-data; name="t"\r\nContent-Type: application/json\r\n\r\n{"a":1,"token":"[redacted]"}\r\n--b--\r\n',
    ['1234', 'abc'],
  ],
  [
    '<s:Envelope><wsse:Password Type="x">abc</wsse:Password><Name>ann</Name></s:Envelope>',
    'text/xml',
    '<s:Envelope><wsse:Password Type="x">[redacted]</wsse:Password><Name>ann</Name></s:Envelope>',
    ['abc'],
  ],
  [
    `<input type="hidden" name="csrf_token" value="abc"><input value='def' name=authenticity_token><input name="q" value="x">`,
    'text/html',
    `<input type="hidden" name="csrf_token" value="[redacted]"><input value="[redacted]" name=authenticity_token><input name="q" value="x">`,
    ['abc', 'def'],
  ],
  [
    '<meta name="csrf-token" content="abc"><a href="/reset?id=1&amp;token=def#top">',
    'text/html',
    '<meta name="csrf-token" content="[redacted]"><a href="/reset?id=1&amp;token=[redacted]#top">',
    ['def', 'abc'],
  ],
])('%s as %s', (body, contentType, text, secrets) => {
  expect(hide(body, { contentType })).toEqual({ text, secrets })
})

test.each([
  ['/a?api_key=abc&page=2', '/a?api_key=[redacted]&page=2'],
  [
    'https://a.example/cb?code=1&access_token=a%20b#x',
    'https://a.example/cb?code=1&access_token=[redacted]#x',
  ],
  ['/token=abc', '/token=abc'],
])('the query of %s is shown as %s', (url, shown) => {
  expect(hideInQuery(url, NOTHING).text).toBe(shown)
})

describe('from a hostile service', () => {
  test('long strings', () => {
    const long = 'x'.repeat(9_000_000)
    expect(hide(`{"a":"${long}","password":"hunter2"}`).text).toBe(`{"a":"${long}","password":"[redacted]"}`)
    expect(hide(`{"a":"${long}`).text).toBe(`{"a":"${long}`)
  })

  test('form parts that never end take linear time', () => {
    const body = 'Content-Disposition: form-data; name="a"\r\n\r\n'.repeat(100_000)
    expect(hide(body, { contentType: 'multipart/form-data' }).text).toBe(body)
  })
})
