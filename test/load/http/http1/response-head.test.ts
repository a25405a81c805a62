import { expect, test } from 'vitest'
import { Head, HeadCache } from '../../../../src/load/http/http1/response-head.js'

const text = (date: string) => Buffer.from(`HTTP/1.1 200 OK\r\ndate: ${date}\r\ncontent-length: 9\r\n\r\n`)

test('a head that another series got is shared, and not parsed again', () => {
  const heads = new HeadCache()
  const first = heads.read(text('Mon'), 0, 'GET')
  expect(first).toBeInstanceOf(Head)
  expect(heads.read(text('Mon'), 1, 'GET')).toBe(first)
  const next = heads.read(text('Tue'), 1, 'GET')
  expect(next).not.toBe(first)
  expect(heads.read(text('Tue'), 0, 'GET')).toBe(next)
})

test('but not between methods, as a response to HEAD has no body', () => {
  const heads = new HeadCache()
  expect(heads.read(text('Mon'), 0, 'GET')).toMatchObject({ bodyBytes: 9 })
  expect(heads.read(text('Mon'), 1, 'HEAD')).toMatchObject({ bodyBytes: 0 })
  expect(heads.read(text('Mon'), 2, 'GET')).toMatchObject({ bodyBytes: 9 })
})
