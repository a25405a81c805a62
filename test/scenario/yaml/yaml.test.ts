import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/base/errors.js'
import { Random } from '../../../src/base/rng.js'
import { readScenario } from '../../../src/scenario/read.js'
import { Scalar } from '../../../src/scenario/yaml/tree.js'
import { readYaml } from '../../../src/scenario/yaml/yaml.js'

describe('places', () => {
  const text = 'a: 1\nb:\n  - x: "y z"\n    w: [1, 2]\n'
  const yaml = readYaml(text, 'f.yaml')

  test.each([
    [['a'], 1, 4, '1'],
    [['b', 0, 'x'], 3, 8, '"y z"'],
    [['b', 0, 'w', 1], 4, 12, '2'],
    [['b', 0, 'w'], 4, 5, 'w'],
    [['b'], 2, 1, 'b'],
    [['b', 0], 3, 5, 'x: "y z"'],
    [['b', 0, 'missing'], 3, 5, 'x: "y z"'],
  ])('%j is found', (path, line, column, marked) => {
    const place = yaml.locate(path)
    expect([place.line, place.column]).toEqual([line, column])
    expect(place.text.slice(place.column - 1, place.column - 1 + place.length)).toBe(marked)
  })

  test('a key has its own place', () => {
    expect(yaml.locate(['b', 0, 'x'], { onKey: true })).toMatchObject({ line: 3, column: 5, length: 1 })
  })

  test('and so does a part of a text', () => {
    const place = yaml.locate(['b', 0, 'x'], { part: { text: 'z', from: 2 } })
    expect(place).toMatchObject({ line: 3, column: 11, length: 1 })
  })
})

test('an alias repeats its value, and a problem in it is shown at the original', () => {
  const yaml = readYaml('a: &v { x: 5 }\nb: *v\n', 'f.yaml')
  expect(yaml.tree).toMatchObject({ a: { x: new Scalar(5, '5') }, b: { x: new Scalar(5, '5') } })
  expect(yaml.locate(['b', 'x'])).toMatchObject({ line: 1, column: 12 })
})

test('many aliases of a small value are fine', () => {
  const text = `a: &v 1\nb: [${Array(50_000).fill('*v').join(', ')}]\n`
  expect(readYaml(text, 'f.yaml').problems).toEqual([])
})

test('an alias of nothing is one problem, however often other aliases repeat it', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
  const lines = names.slice(1).map((name, i) => `${name}: &${name} [${Array(10).fill(`*${names[i]}`)}]`)
  const { problems } = readYaml(`${lines.join('\n')}\nj: *i\n`, 'f.yaml')
  expect(problems.length).toBeLessThanOrEqual(31)
  expect(problems.map(({ message }) => message)).toContain('no value above is marked &a')
  expect(problems.at(-1)!.message).toBe('aliases repeat more than 100,000 values')
})

test('a truncated or garbled file is read or rejected, but never crashes', () => {
  const whole = readFileSync(new URL('../good/everything.yaml', import.meta.url), 'utf8')
  const random = new Random(1)
  const noise = [
    '{{',
    '}}',
    '"',
    "'",
    '\t',
    ': ',
    '- ',
    '&a ',
    '*a',
    '${',
    '\n',
    '[',
    '}',
    '#',
    '!x ',
    '0',
    '<<: ',
    '|',
    '\u0000',
  ]
  let refused = 0
  for (let i = 0; i < 150; i++) {
    const at = random.integer(0, whole.length)
    const to = at + random.integer(0, 5)
    const text =
      i % 4 === 0 ? whole.slice(0, at) : whole.slice(0, at) + noise[i % noise.length] + whole.slice(to)
    try {
      readScenario(text, { file: 'f.yaml', env: { API_TOKEN: 'tok-12345' } })
    } catch (error) {
      refused++
      if (!(error instanceof UserError)) throw new Error(`broke on ${JSON.stringify(text)}`, { cause: error })
      const lines = text.split('\n')
      for (const { place } of error.problems) {
        expect(place!.text).toHaveLength(lines[place!.line - 1]!.replace(/\r$/, '').length)
        expect(place!.column - 1).toBeLessThanOrEqual(place!.text.length)
      }
    }
  }
  expect(refused).toBeGreaterThan(40)
})

test.each([
  ['dashes', '- '.repeat(30_000)],
  ['question marks', '? '.repeat(30_000)],
  ['brackets', '['.repeat(30_000)],
])('%s nested too deeply are a problem with a place', (_name, deep) => {
  const { tree, problems } = readYaml(`a: 1\nb:\n ${deep}x\n`, 'f.yaml')
  expect(tree).toBeNull()
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatchObject({ message: expect.stringContaining('nested'), place: { line: 3 } })
})
