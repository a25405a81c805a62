/**
 * The services in the directory: made up, and always the same for a seed.
 */
import type { Random } from '../base/rng.js'

/** A service on offer. */
export interface Service {
  /** From 1 without gaps. */
  readonly id: number
  readonly name: string
  readonly category: string
  readonly location: string
  readonly provider: string
  readonly pricePerHour: number
  readonly rating: number
  readonly reviews: number
  readonly description: string
}

/** The number of services. */
const SERVICE_COUNT = 5000

const TRADES = {
  plumbing: ['Leak repair', 'Pipe fitting', 'Drain cleaning', 'Water heater service'],
  electrical: ['Rewiring', 'Lighting', 'Fuse box repair', 'Fan installation'],
  cleaning: ['Deep cleaning', 'Office cleaning', 'Window cleaning', 'Sofa shampooing'],
  carpentry: ['Furniture repair', 'Door fitting', 'Built-in cupboards', 'Roof timber'],
  painting: ['Interior painting', 'Exterior painting', 'Wood varnish', 'Damp proofing'],
  gardening: ['Lawn care', 'Tree pruning', 'Landscaping', 'Hedge trimming'],
  masonry: ['Tiling', 'Plastering', 'Wall building', 'Paving'],
  moving: ['House moving', 'Office moving', 'Packing', 'Furniture transport'],
} as const

const LOCATIONS = ['Colombo', 'Galle', 'Kandy', 'Jaffna', 'Negombo', 'Matara', 'Kurunegala', 'Trincomalee']

const FIRST_NAMES = [
  'Nimal',
  'Kumari',
  'Ruwan',
  'Fathima',
  'Suresh',
  'Dilani',
  'Arjun',
  'Malini',
  'Imran',
  'Tharindu',
]
const LAST_NAMES = ['Perera', 'Fernando', 'Silva', 'Jayasinghe', 'Rajapaksa', 'Nazeer', 'Selvam', 'Bandara']

/** Generates the directory, in order of ids. */
export function makeServices(random: Random): readonly Service[] {
  const categories = Object.keys(TRADES) as (keyof typeof TRADES)[]
  return Array.from({ length: SERVICE_COUNT }, (_, index) => {
    const category = pick(random, categories)
    const location = pick(random, LOCATIONS)
    const trade = pick(random, TRADES[category])
    const provider = `${pick(random, FIRST_NAMES)} ${pick(random, LAST_NAMES)}`
    const years = random.integer(1, 30)
    return {
      id: index + 1,
      name: `${trade} in ${location}`,
      category,
      location,
      provider,
      pricePerHour: random.integer(8, 60) * 100,
      rating: random.integer(25, 50) / 10,
      reviews: random.integer(0, 400),
      description: `${trade} by ${provider}: ${years} years of experience, in and around ${location}.`,
    }
  })
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.integer(0, values.length - 1)]!
}
