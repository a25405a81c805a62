import { describe, expect, test } from 'vitest'
import { scenarioHash } from '../../../src/scenario/model/hash.js'
import { readScenario } from '../../../src/scenario/read.js'
import { requestOf } from '../only.js'

const env = { API_TOKEN: 'abc.def.ghi', PASSWORD: 'open sesame' }

describe('auth', () => {
  test('bearer becomes a header of every request', () => {
    const { http } = read('http: { auth: { bearer: "${API_TOKEN}" } }')
    expect(http.headers).toEqual({ authorization: ['Bearer ', 'abc.def.ghi'] })
  })

  test('a fixed basic is encoded when the file is read', () => {
    const scenario = read('', 'auth: { basic: "me:${PASSWORD}" }')
    expect(requestOf(scenario).headers).toEqual({ authorization: ['Basic bWU6b3BlbiBzZXNhbWU='] })
  })

  test('basic with a template is encoded in each iteration', () => {
    const scenario = read('data: { user: [a, b] }', 'auth: { basic: "{{ user }}:pw12" }')
    expect(requestOf(scenario).headers.authorization).toEqual([
      'Basic ',
      {
        type: 'call',
        name: 'base64',
        args: [{ type: 'call', name: 'concat', args: [{ type: 'data', name: 'user' }, ':pw12'] }],
      },
    ])
  })

  test('token, password and their encoding are secrets', () => {
    expect(read('http: { auth: { bearer: token-in-the-file } }').secrets).toContain('token-in-the-file')
    const { secrets, text } = read('', 'auth: { basic: "me:sesame" }')
    expect(secrets).toEqual(expect.arrayContaining(['me:sesame', 'sesame', 'bWU6c2VzYW1l']))
    expect(text).not.toContain('sesame')
  })

  test('a different secret is the same load', () => {
    const hashes = ['one-token', 'other-token'].map((token) =>
      scenarioHash(read(`http: { auth: { bearer: ${token} } }`)),
    )
    expect(hashes[0]).toBe(hashes[1])
  })
})

function read(top: string, request = '') {
  const text = `${top}\nrequests:\n  - get: /\n    ${request}\n`
  return readScenario(text, { file: 'a.yaml', env })
}
