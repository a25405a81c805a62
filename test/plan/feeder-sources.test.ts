import { describe, expect, test } from 'vitest'
import { checkData } from '../../src/plan/data-check.js'
import { DataExhausted, withEndlessData } from '../../src/plan/feeder-sources.js'
import { Iterations } from '../../src/plan/iteration.js'
import { planOf } from './plans.js'

const users = (count: number) =>
  `id,name\n${Array.from({ length: count }, (_, i) => `${i},"user ""${i}"""\n`).join('')}`

/** Two requests, of which one uses rows. */
const MIXED = (picking: string, load = '') => `${load}
data: { user: { file: u.csv, ${picking} } }
requests:
  - { name: with, weight: 3, get: "/{{ user.id }}" }
  - { name: other, weight: 5, get: "/other/{{ randomInt(1, 1000000) }}" }
  - { name: more, weight: 1, post: /, json: { user: "{{ user }}" } }
`

/** The rows that iterations get, spread over workers that each run at their own pace. */
function fleet(text: string, { workers = 1, iterations = 100, rows = 50, warmup = 0 } = {}) {
  const plan = planOf(text, { files: { 'u.csv': users(rows) } })
  const drawn = new Map<string, string[]>()
  const draw = (parts: readonly Iterations[], count: number, isWarmup: boolean) => {
    // The last worker first, all of its iterations at once: the order among workers must not matter.
    for (let worker = workers - 1; worker >= 0; worker--)
      for (let n = worker; n < count; n += workers) {
        const { path, body } = parts[worker]!.prepare(n, isWarmup)
        const id =
          body === null ? path.slice(1) : (JSON.parse(body as string) as { user: { id: string } }).user.id
        if (!id.startsWith('other'))
          drawn.set(`${isWarmup ? 'w' : ''}${n}`, [...(drawn.get(`${n}`) ?? []), id])
      }
  }
  const parts = Array.from({ length: workers }, () => new Iterations(structuredClone(plan)))
  draw(parts, warmup, true)
  draw(parts, iterations, false)
  return drawn
}

const ids = (drawn: Map<string, string[]>) =>
  [...drawn]
    .sort(([a], [b]) => Number(a.replace('w', '-1')) - Number(b.replace('w', '-1')))
    .map(([, [id]]) => Number(id))

const EVERY = 'data: { user: { file: u.csv, pick: PICK } }\nrequests: [{ get: "/{{ user.id }}" }]\n'

describe('rows in order', () => {
  test.each([1, 2, 3, 7])('are the same over %d workers', (workers) => {
    const seen = fleet(MIXED('pick: sequential'), { workers, iterations: 200 })
    expect(ids(seen)).toEqual([...seen.keys()].map((_, i) => i % 50))
    expect(seen.size).toBeGreaterThan(60)
  })

  test('follow the iteration numbers if each iteration takes one', () => {
    expect(ids(fleet(EVERY.replace('PICK', 'sequential'), { workers: 2, iterations: 120 }))).toEqual(
      Array.from({ length: 120 }, (_, n) => n % 50),
    )
  })

  test('end if they may not start over', () => {
    expect(() => fleet(EVERY.replace('PICK', 'sequential, onEnd: stop'), { iterations: 51 })).toThrow(
      DataExhausted,
    )
  })
})

describe('unique rows', () => {
  test.each([1, 2, 3, 7])('are unique across %d workers', (workers) => {
    const seen = ids(fleet(MIXED('pick: unique'), { workers, iterations: 1000, rows: 600 }))
    expect(seen).toEqual(seen.map((_, i) => i))
    expect(seen.length).toBeGreaterThan(400)
  })

  test('are taken from the other end in the warm-up', () => {
    const drawn = fleet(EVERY.replace('PICK', 'unique'), { workers: 2, warmup: 10, iterations: 40 })
    expect(
      [...drawn.values()]
        .flat()
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 50 }, (_, i) => i))
    expect(drawn.get('w0')).toEqual(['49'])
    expect(drawn.get('0')).toEqual(['0'])
  })

  test.each([
    [51, 0],
    [41, 10],
    [0, 51],
  ])('run out after the last one: %d, and %d in the warm-up', (iterations, warmup) => {
    const text = EVERY.replace('PICK', 'unique')
    expect(() => fleet(text, { workers: 2, iterations, warmup })).toThrow(
      'data.user ran out: it has 50 rows (u.csv), each used only once; add rows, or write onEnd: recycle',
    )
  })

  test('start over if they may', () => {
    const text = EVERY.replace('PICK', 'unique, onEnd: recycle')
    expect(ids(fleet(text, { iterations: 120 }))).toEqual(Array.from({ length: 120 }, (_, n) => n % 50))
  })

  test('are not used up outside the run', () => {
    const plan = planOf(EVERY.replace('PICK', 'unique'), { files: { 'u.csv': users(5) } })
    const rehearsal = new Iterations(withEndlessData(plan))
    for (let n = 0; n < 100; n++) rehearsal.prepare(n, false)
    expect(new Iterations(plan).prepare(4, false).path).toBe('/4')
  })
})

describe('the row of an iteration', () => {
  test.each(['random', 'sequential', 'unique'])(
    'taken %s is the same whatever was prepared before it',
    (pick) => {
      const text = MIXED(`pick: ${pick}`)
      const plan = planOf(text, { files: { 'u.csv': users(2000) } })
      const forwards = new Iterations(plan)
      const all = Array.from({ length: 1500 }, (_, n) => forwards.prepare(n, false).path)
      const backwards = new Iterations(planOf(text, { files: { 'u.csv': users(2000) } }))
      for (let n = 1499; n >= 0; n--) expect(backwards.prepare(n, false).path).toBe(all[n])
      const sparse = new Iterations(planOf(text, { files: { 'u.csv': users(2000) } }))
      expect(sparse.prepare(1400, false).path).toBe(all[1400])
      expect(sparse.prepare(3, false).path).toBe(all[3])
    },
  )

  test('that every request sends is counted for every request', () => {
    const text =
      'http: { headers: { x-user: "{{ user.id }}" } }\ndata: { user: { file: u.csv, pick: unique } }\nrequests: [{ get: /a }, { get: /b }]'
    const iterations = new Iterations(planOf(text, { files: { 'u.csv': users(50) } }))
    const seen = Array.from({ length: 50 }, (_, n) => iterations.prepare(n, false).headers.at(-1))
    expect(seen).toEqual(Array.from({ length: 50 }, (_, n) => String(n)))
  })

  test('is the same throughout the iteration', () => {
    const text =
      'data: { user: { file: u.csv } }\nrequests: [{ post: "/{{ user.id }}", json: ["{{ user.id }}", "{{ user }}"] }]'
    const iterations = new Iterations(planOf(text, { files: { 'u.csv': users(50) } }))
    for (let n = 0; n < 20; n++) {
      const { path, body } = iterations.prepare(n, false)
      const id = path.slice(1)
      expect(JSON.parse(body as string)).toEqual([id, { id, name: `user "${id}"` }])
    }
  })
})

describe('too few rows are reported before anything is sent', () => {
  const check = (load: string, rows: number, picking = 'pick: unique', text = MIXED) =>
    checkData(planOf(text(picking, `load: ${load}`), { files: { 'u.csv': users(rows) } }))
  const every = (picking: string, load = '') =>
    `${load}\n${EVERY.replace('PICK', picking.replace('pick: ', ''))}`

  test.each([
    ['{ vus: 5, iterations: 100 }', 100],
    ['{ rate: 10/s, duration: 10s }', 100],
    ['{ rate: 100/s, duration: 10s, iterations: 100 }', 100],
    ['{ rate: 10/s, duration: 8s, warmup: 4s }', 110],
  ])('%s needs %d', (load, rows) => {
    expect(() => check(load, rows, 'pick: unique', every)).not.toThrow()
    expect(() => check(load, rows - 1, 'pick: unique', every)).toThrow(
      /^data\.user \(u\.csv\) has \d+ rows, but the load needs 1/,
    )
  })

  test('only for the iterations that take one', () => {
    expect(() => check('{ vus: 5, iterations: 900 }', 460)).not.toThrow()
    expect(() => check('{ vus: 5, iterations: 900 }', 340)).toThrow('has 340 rows')
  })

  test('not if the number of iterations is unknown, or if rows start over', () => {
    expect(() => check('{ vus: 5, duration: 1h }', 5)).not.toThrow()
    expect(() => check('{ vus: 5, iterations: 900 }', 5, 'pick: unique, onEnd: recycle')).not.toThrow()
    expect(() => check('{ vus: 5, iterations: 900 }', 5, 'pick: sequential')).not.toThrow()
    expect(() => check('{ vus: 5, iterations: 900 }', 5, 'pick: random')).not.toThrow()
  })
})
