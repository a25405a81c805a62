import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/base/errors.js'
import { readScenario } from '../../../src/scenario/read.js'
import { requestOf } from '../only.js'

/** Reads `main` of some files by their paths. */
function read(files: Readonly<Record<string, string>>, main = 'main.yaml') {
  const reader = {
    read(path: string) {
      if (files[path] === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
      return Buffer.from(files[path])
    },
  }
  return readScenario(files[main]!, {
    file: `scenarios/${main}`,
    env: { SECRET_KEY: 'hunter22' },
    files: reader,
  })
}

function problemsOf(files: Readonly<Record<string, string>>) {
  try {
    read(files)
    return []
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return error.problems.map(({ message, place }) => `${place?.file}:${place?.line}: ${message}`)
  }
}

const COMMON = 'target: http://a\nhttp:\n  timeout: 3s\n  headers: { x-a: "1", x-b: "2" }\n'

describe('a file that extends another', () => {
  test('has the last word, key by key', () => {
    const scenario = read({
      'main.yaml': 'extends: common.yaml\nhttp: { headers: { x-b: "3" } }\nrequests: [{ get: / }]\n',
      'common.yaml': COMMON,
    })
    expect(scenario.target).toBe('http://a')
    expect(scenario.http.timeoutMs).toBe(3000)
    expect(scenario.http.headers).toEqual({ 'x-a': ['1'], 'x-b': ['3'] })
  })

  test('replaces lists as a whole', () => {
    const scenario = read({
      'main.yaml': 'extends: common.yaml\nrequests: [{ get: /own }]\n',
      'common.yaml': 'requests: [{ get: /a }, { get: /b }]\n',
    })
    expect([scenario.requests.length, requestOf(scenario).path]).toEqual([1, ['/own']])
  })

  test('may itself be extended, from another folder', () => {
    const scenario = read({
      'main.yaml': 'extends: base/one.yaml\n',
      'base/one.yaml': 'extends: ../two.yaml\nrequests: [{ get: / }]\n',
      'two.yaml': 'target: http://b\n',
    })
    expect(scenario.target).toBe('http://b')
  })

  test.each([
    [
      'a problem is told in the file that it is in',
      { 'main.yaml': 'extends: common.yaml\nlod: 1\n', 'common.yaml': 'requests:\n  - gett: /\n' },
      [
        'scenarios/main.yaml:2: unknown key "lod"',
        'scenarios/common.yaml:2: requests[0]: unknown key "gett"',
      ],
    ],
    [
      'files that go round in a circle are refused',
      { 'main.yaml': 'extends: common.yaml\n', 'common.yaml': 'extends: main.yaml\n' },
      ['scenarios/common.yaml:1: extends: main.yaml extends this file in turn'],
    ],
    [
      'a file that is not there is told, and nothing that it might hold',
      { 'main.yaml': 'extends: nothing.yaml\n' },
      ['scenarios/main.yaml:1: extends: scenarios/nothing.yaml: no such file'],
    ],
    [
      'something that is no path is refused',
      { 'main.yaml': 'extends: [a]\n' },
      ['scenarios/main.yaml:1: extends: expected a file, got a list'],
    ],
    [
      'YAML that is broken is told where it is',
      { 'main.yaml': 'extends: common.yaml\nrequests: [{ get: / }]\n', 'common.yaml': 'a: [\n' },
      [expect.stringContaining('scenarios/common.yaml:')],
    ],
  ])('%s', (_, files, problems) => {
    expect(problemsOf(files)).toEqual(problems)
  })

  test('keeps the secrets of both', () => {
    const { secrets } = read({
      'main.yaml': 'extends: common.yaml\nrequests: [{ get: / }]\n',
      'common.yaml': 'http: { headers: { x-k: "${SECRET_KEY}" } }\n',
    })
    expect(secrets).toContain('hunter22')
  })
})

describe('profiles', () => {
  const text = `
name: shop
profiles:
  smoke: { vus: 1, duration: 5s }
  stress: { vus: 200 }
requests: [{ get: / }]
baseline: { file: ../b/shop.json }
`
  const readProfile = (profile?: string) => readScenario(text, { file: 's/shop.yaml', env: {}, profile })

  test('are loads by name, with results and a baseline of their own', () => {
    const { load, name, profile, baseline } = readProfile('stress')
    expect([load.start, name, profile, baseline.file]).toEqual([
      200,
      'shop-stress',
      'stress',
      'b/shop-stress.json',
    ])
  })

  test('stand in for a load that is not there', () => {
    expect(readProfile().name).toBe('shop-smoke')
  })

  test('give way to a load when none is asked for', () => {
    const scenario = readScenario(`load: { vus: 7 }\n${text}`, { file: 's/shop.yaml', env: {} })
    expect([scenario.name, scenario.profile, scenario.load.start]).toEqual(['shop', null, 7])
  })

  test('have to be there', () => {
    expect(() => readProfile('strees')).toThrow('there is no profile "strees"')
  })
})
