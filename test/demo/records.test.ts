import { expect, test } from 'vitest'
import { Random } from '../../src/base/rng.js'
import { makeServices } from '../../src/demo/records.js'

const services = makeServices(new Random(1))

test('the ids are 1 to 5000 without gaps', () => {
  expect(services.map((service) => service.id)).toEqual(Array.from({ length: 5000 }, (_, i) => i + 1))
})

test('all categories and places of the example scenario have more than a page of services', () => {
  for (const category of ['plumbing', 'electrical', 'cleaning', 'carpentry']) {
    for (const location of ['Colombo', 'Galle', 'Kandy', 'Jaffna']) {
      const found = services.filter((one) => one.category === category && one.location === location)
      expect(found.length, `${category} in ${location}`).toBeGreaterThan(20)
    }
  }
})

test('equal seeds give equal services', () => {
  expect(makeServices(new Random(1))).toEqual(services)
  expect(makeServices(new Random(2))).not.toEqual(services)
})
