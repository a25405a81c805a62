import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readScenario } from '../../src/scenario/read.js'
import { makeStarter, STARTER_LOAD, STARTER_THRESHOLDS } from '../../src/scenario/starter.js'
import { requestOf } from './only.js'

describe('the first scenario', () => {
  test('drives the demo service', () => {
    const scenario = read({ name: 'demo', url: null, schema: null })
    expect(scenario.target).toBe('demo')
    expect(scenario.requests.map(({ name }) => name)).toEqual(['search', 'service details', 'create booking'])
  })

  test.each([
    ['http://localhost:3000', 'http://localhost:3000', '/'],
    ['https://shop.example/a b/c?q=x&r="y"', 'https://shop.example', '/a%20b/c?q=x&r=%22y%22'],
    ["http://[::1]:8080/{{x}}/'${A}#part", 'http://[::1]:8080', "/%7B%7Bx%7D%7D/'$%7BA%7D"],
  ])('for %s sends exactly that request', (text, target, path) => {
    const url = new URL(text)
    const scenario = read({ name: '12', url, schema: '../x.json' })
    expect([scenario.name, scenario.target, requestOf(scenario).path]).toEqual(['12', target, [path]])
  })

  test('has the same load and limits as imported scenarios', () => {
    const scenario = parse(makeStarter({ name: 'a', url: null, schema: null }))
    expect(scenario.load).toEqual(STARTER_LOAD)
    expect(scenario.thresholds).toEqual(STARTER_THRESHOLDS)
  })

  test('can be sent to another target', () => {
    const text = makeStarter({ name: 'a', url: new URL('http://localhost:3000'), schema: null })
    const env = { BASE_URL: 'https://staging.example' }
    expect(readScenario(text, { file: 'a.yaml', env }).target).toBe('https://staging.example')
  })

  test('is also valid with its comments as code', () => {
    for (const url of [null, new URL('http://localhost:3000')]) {
      const text = makeStarter({ name: 'a', url, schema: null }).replace(
        /^( *)# (?=( *- | {2}\w|http:))/gm,
        '$1',
      )
      const scenario = readScenario(text, { file: 'a.yaml', env: { API_TOKEN: 'abcdef' } })
      expect(scenario.thresholds).toHaveLength(3)
      if (url === null) continue
      expect(scenario.requests).toHaveLength(2)
      expect(scenario.http.headers.authorization).toEqual(['Bearer ', 'abcdef'])
    }
  })
})

function read(starter: Parameters<typeof makeStarter>[0]) {
  return readScenario(makeStarter(starter), { file: 'scenarios/a.yaml', env: {} })
}
