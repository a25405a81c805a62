import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/base/errors.js'
import { readScenario } from '../../../src/scenario/read.js'
import { requestOf } from '../only.js'

/** Reads the main file of several files, given by path. */
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
  test('overrides it key by key', () => {
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

  test('may itself be extended from another folder', () => {
    const scenario = read({
      'main.yaml': 'extends: base/one.yaml\n',
      'base/one.yaml': 'extends: ../two.yaml\nrequests: [{ get: / }]\n',
      'two.yaml': 'target: http://b\n',
    })
    expect(scenario.target).toBe('http://b')
  })

  test.each([
    [
      'a problem is reported in its own file',
      { 'main.yaml': 'extends: common.yaml\nlod: 1\n', 'common.yaml': 'requests:\n  - gett: /\n' },
      [
        'scenarios/main.yaml:2: unknown key "lod"',
        'scenarios/common.yaml:2: requests[0]: unknown key "gett"',
      ],
    ],
    [
      'a cycle is rejected',
      { 'main.yaml': 'extends: common.yaml\n', 'common.yaml': 'extends: main.yaml\n' },
      ['scenarios/common.yaml:1: extends: main.yaml extends this file in turn'],
    ],
    [
      'a missing file is reported, but nothing that it might define',
      { 'main.yaml': 'extends: nothing.yaml\n' },
      ['scenarios/main.yaml:1: extends: scenarios/nothing.yaml: no such file'],
    ],
    [
      'a value that is not a path is rejected',
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

  test('are named loads with their own results and baseline', () => {
    const { load, name, profile, baseline } = readProfile('stress')
    expect([load.start, name, profile, baseline.file]).toEqual([
      200,
      'shop-stress',
      'stress',
      'b/shop-stress.json',
    ])
  })

  test('replace a missing load', () => {
    expect(readProfile().name).toBe('shop-smoke')
  })

  test('are not used if there is a load and none is requested', () => {
    const scenario = readScenario(`load: { vus: 7 }\n${text}`, { file: 's/shop.yaml', env: {} })
    expect([scenario.name, scenario.profile, scenario.load.start]).toEqual(['shop', null, 7])
  })

  test('must exist', () => {
    expect(() => readProfile('strees')).toThrow('there is no profile "strees"')
  })
})
