import { describe, expect, test } from 'vitest'
import { Iterations } from '../../src/plan/iteration.js'
import { Payload } from '../../src/plan/payload.js'
import type { Plan } from '../../src/plan/plan.js'
import type { Outgoing } from '../../src/plan/request.js'
import { parseForm } from '../form.js'
import { planOf } from './plans.js'

const LARGE = 'x'.repeat(200_000)
const FILES = { 'cover.png': 'PNG\r\n--perfctl-', 'data/large.bin': LARGE, 'empty.txt': '' }

function make(request: string, seed = 1): { plan: Plan; iterations: Iterations } {
  const plan = planOf(`requests: [${request}]\ndata: { word: ["a \\"b\\"\\r\\nc é"] }`, {
    files: FILES,
    seed,
  })
  return { plan, iterations: new Iterations(plan) }
}

function bytesOf({ body }: Outgoing): Buffer {
  const open = (body as Payload).open()
  return Buffer.concat(Buffer.isBuffer(open) ? [open] : [...open])
}

function header({ headers }: Outgoing, name: string): string | undefined {
  return headers.find((_, i) => i % 2 === 1 && headers[i - 1] === name)
}

function formOf(request: Outgoing) {
  const fields = parseForm(bytesOf(request), header(request, 'content-type')!)
  return fields.map(({ content, ...field }) => ({ ...field, text: content.toString() }))
}

describe('a form', () => {
  test('has text and files in the order of the scenario', () => {
    const { iterations } = make(`{ post: /, multipart: {
      title: "say {{ word }}", count: 3, empty: "",
      upload: { file: cover.png }, named: { file: cover.png, type: text/x-own, name: 'é "{{ word }}".png' },
      large: { file: data/large.bin }, none: { file: empty.txt }, last: end } }`)
    const word = 'a "b"\r\nc é'
    const text = { fileName: null, type: null }
    expect(formOf(iterations.prepare(0, false))).toEqual([
      { name: 'title', text: `say ${word}`, ...text },
      { name: 'count', text: '3', ...text },
      { name: 'empty', text: '', ...text },
      { name: 'upload', fileName: 'cover.png', type: 'image/png', text: FILES['cover.png'] },
      {
        name: 'named',
        fileName: 'é %22a %22b%22%0D%0Ac é%22.png',
        type: 'text/x-own',
        text: FILES['cover.png'],
      },
      { name: 'large', fileName: 'large.bin', type: 'application/octet-stream', text: LARGE },
      { name: 'none', fileName: 'empty.txt', type: 'text/plain', text: '' },
      { name: 'last', text: 'end', ...text },
    ])
  })

  test('has text and JSON with a content type', () => {
    const { iterations } = make(`{ post: /, multipart: {
      note: { text: "{{ word }}", type: text/markdown }, plain: { text: x },
      meta: { json: { word: "{{ word }}", n: "{{ iteration() }}", none: null } }, own: { json: [], type: application/ld+json } } }`)
    const fileName = null
    expect(formOf(iterations.prepare(0, false))).toEqual([
      { name: 'note', text: 'a "b"\r\nc é', type: 'text/markdown', fileName },
      { name: 'plain', text: 'x', type: null, fileName },
      {
        name: 'meta',
        text: JSON.stringify({ word: 'a "b"\r\nc é', n: 0, none: null }),
        type: 'application/json',
        fileName,
      },
      { name: 'own', text: '[]', type: 'application/ld+json', fileName },
    ])
  })

  test('has several parts for a list, in its order', () => {
    const { iterations } = make(`{ post: /, multipart: {
      tag: [one, "{{ word }}", 3], title: t, photos: [{ file: cover.png }, { file: cover.png, name: b.png }],
      mixed: [text, { file: empty.txt }] } }`)
    const parts = formOf(iterations.prepare(0, false)).map(({ name, fileName, text }) => [
      name,
      fileName ?? text,
    ])
    expect(parts).toEqual([
      ['tag', 'one'],
      ['tag', 'a "b"\r\nc é'],
      ['tag', '3'],
      ['title', 't'],
      ['photos', 'cover.png'],
      ['photos', 'b.png'],
      ['mixed', 'text'],
      ['mixed', 'empty.txt'],
    ])
  })

  test('escapes names', () => {
    const { iterations } = make('{ post: /, multipart: { "a\\"; b\\r\\nc: d": x } }')
    expect(formOf(iterations.prepare(0, false))[0]!.name).toBe('a%22; b%0D%0Ac: d')
  })

  test('has a boundary that depends on the seed and the iteration', () => {
    const form = '{ post: /, multipart: { a: "{{ uuid() }}" } }'
    const bodies = ([seed, n]: readonly number[]) =>
      bytesOf(make(form, seed).iterations.prepare(n!, false)).toString()
    const [first, again, next, other] = [
      [1, 0],
      [1, 0],
      [1, 1],
      [2, 0],
    ].map(bodies)
    expect(again).toBe(first)
    const boundaries = [first, next, other].map((body) => body!.slice(0, body!.indexOf('\r\n')))
    expect(new Set(boundaries).size).toBe(3)
    for (const boundary of boundaries) expect(boundary).toMatch(/^--perfctl-[0-9a-f]{32}$/)
  })

  test('stays unchanged when the next one is made', () => {
    const { iterations } = make('{ post: /, multipart: { n: "{{ iteration() }}" } }')
    const request = iterations.prepare(0, false)
    const kept = { ...request, headers: [...request.headers] } as Outgoing
    iterations.prepare(1, false)
    expect(formOf(kept)[0]!.text).toBe('0')
  })

  test('sets its own content type, whatever the default headers', () => {
    const plan = planOf(
      `http: { headers: { x-asks-for: content-type, content-type: text/plain } }
requests: [{ post: /, headers: { x-own: content-type }, multipart: { a: 1 } }]`,
    )
    const request = new Iterations(plan).prepare(0, false)
    expect(formOf(request)).toHaveLength(1)
    expect(request.headers.filter((_, i) => i % 2 === 0).sort()).toEqual([
      'content-type',
      'x-asks-for',
      'x-own',
    ])
    expect(header(request, 'x-own')).toBe('content-type')
  })
})

describe('a file', () => {
  test.each([
    ['{ post: /, file: cover.png }', 'image/png', 'cover.png'],
    ['{ put: /, file: data/large.bin }', 'application/octet-stream', 'data/large.bin'],
    ['{ put: /, file: empty.txt }', 'text/plain', 'empty.txt'],
    ['{ post: /, file: cover.png, headers: { Content-Type: image/x-own } }', 'image/x-own', 'cover.png'],
  ] as const)('of type %s is sent as %s', (request, type, file) => {
    const outgoing = make(request).iterations.prepare(0, false)
    expect(header(outgoing, 'content-type')).toBe(type)
    expect(bytesOf(outgoing).toString()).toBe(FILES[file])
    expect((outgoing.body as Payload).withLength([])).toEqual(['content-length', `${FILES[file].length}`])
  })

  test('is in memory once, for all workers, users and requests', () => {
    const { plan, iterations } = make(
      '{ post: /, file: data/large.bin }, { post: /b, multipart: { a: { file: data/large.bin } } }',
    )
    const [bytes, ...others] = Object.values(plan.files!)
    expect(others).toEqual([])
    expect(bytes!.buffer).toBeInstanceOf(SharedArrayBuffer)
    const elsewhere = new Iterations(plan)
    for (let n = 0; n < 20; n++) {
      for (const worker of [iterations, elsewhere]) {
        const open = (worker.prepare(n, false).body as Payload).open() as Iterable<Buffer>
        const own = [...open].filter(({ buffer }) => (buffer as unknown) !== bytes!.buffer)
        const copied = own.reduce((sum, { length }) => sum + length, 0)
        expect(copied).toBeLessThan(400)
      }
    }
  })

  test('is sent in chunks when it is large, and without a copy when it is small', () => {
    const { plan, iterations } = make('{ post: /, file: cover.png }')
    const open = (iterations.prepare(0, false).body as Payload).open() as Buffer
    expect(open.buffer).toBe(Object.values(plan.files!)[0]!.buffer)
    const bytes = Buffer.alloc(65_537)
    const large = new Payload([{ bytes, file: null }]).open() as Iterable<Buffer>
    expect([...large].map(({ length }) => length)).toEqual([65_536, 1])
    expect(new Payload([{ bytes: bytes.subarray(1), file: null }]).open()).toHaveLength(65_536)
  })
})
