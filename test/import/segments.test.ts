import { expect, test } from 'vitest'
import { kindOf, valueName } from '../../src/import/segments.js'

test.each([
  ['42', 'number'],
  ['-1', 'number'],
  ['5f3a0c3e-1111-4222-8333-444455556666', 'uuid'],
  ['2026-05-01', 'date'],
  ['2026-05-01T10:00:00Z', 'date'],
  ['507f1f77bcf86cd799439011', 'hash'],
  ['deadbeef1', 'hash'],
  ['01ARZ3NDEKTSV4RRFFQ69G5FAV', 'hash'],
  ['V1StGXR8_Z5jdHi6B-myT', 'hash'],
  ['api', null],
  ['v2', null],
  ['facade', null],
  ['blue-shirt-42', null],
  ['top-10-places-2026', null],
  ['getUserById', null],
  ['index.html', null],
  ['', null],
])('%s is a %s', (segment, kind) => {
  expect(kindOf(segment)).toBe(kind)
})

test.each([
  ['number', 'services', 'serviceId'],
  ['uuid', 'categories', 'categoryId'],
  ['number', 'boxes', 'boxId'],
  ['number', 'address', 'addressId'],
  ['number', 'order-items', 'orderItemId'],
  ['date', 'report', 'reportDate'],
  ['slug', 'products', 'productName'],
  ['number', null, 'id'],
  ['slug', null, 'name'],
  ['number', '%F0%9F', 'F09FId'],
] as const)('a %s after %s is called %s', (kind, before, name) => {
  expect(valueName(kind, before)).toBe(name)
})
