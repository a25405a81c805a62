import { describe, expect, test } from 'vitest'
import { Bookings, findProblems } from '../../src/demo/bookings.js'

const VALID = { serviceId: 17, date: '2030-12-31', hours: 3 }

describe('findProblems', () => {
  test.each([
    ['the last service', { ...VALID, serviceId: 5000 }],
    ['the longest booking', { ...VALID, hours: 12 }],
    ['a leap day', { ...VALID, date: '2028-02-29' }],
    ['more fields than needed', { ...VALID, comment: 'ring twice' }],
  ])('%s is valid', (_, booking) => {
    expect(findProblems(booking, 5000)).toEqual([])
  })

  test.each([
    ['a service that does not exist', { ...VALID, serviceId: 5001 }, ['serviceId']],
    ['an id as text', { ...VALID, serviceId: '17' }, ['serviceId']],
    ['half a service', { ...VALID, serviceId: 1.5 }, ['serviceId']],
    ['no hours', { ...VALID, hours: 0 }, ['hours']],
    ['more than half a day', { ...VALID, hours: 13 }, ['hours']],
    ['a day that does not exist', { ...VALID, date: '2031-02-29' }, ['date']],
    ['a month that does not exist', { ...VALID, date: '2031-13-01' }, ['date']],
    ['a date in another notation', { ...VALID, date: '31.12.2030' }, ['date']],
    ['an empty object', {}, ['serviceId', 'date', 'hours']],
    ['a list', [VALID], ['body']],
    ['null', null, ['body']],
  ])('%s is refused', (_, booking, fields) => {
    expect(findProblems(booking, 5000).map((problem) => problem.split(':')[0])).toEqual(fields)
  })
})

describe('Bookings', () => {
  test('a booking costs its hours and can be looked up', () => {
    const bookings = new Bookings()
    const booking = bookings.add(VALID, 2500)
    expect(booking).toEqual({ id: 1, ...VALID, totalPrice: 7500 })
    expect(bookings.get(1)).toEqual(booking)
    expect(bookings.get(2)).toBeUndefined()
  })

  test('the oldest bookings are forgotten', () => {
    const bookings = new Bookings()
    for (let i = 0; i < 10_001; i++) bookings.add(VALID, 100)
    expect(bookings.get(1)).toBeUndefined()
    expect(bookings.get(2)?.id).toBe(2)
    expect(bookings.get(10_001)?.id).toBe(10_001)
  })
})
