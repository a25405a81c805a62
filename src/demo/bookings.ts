/**
 * Validates bookings and stores the latest ones.
 */

/** The request of a client. */
export interface BookingRequest {
  readonly serviceId: number
  /** Such as `2030-12-31`. */
  readonly date: string
  readonly hours: number
}

/** An accepted booking. */
export interface Booking extends BookingRequest {
  readonly id: number
  readonly totalPrice: number
}

/** The fields as sent; {@link findProblems} validates them. */
type Fields = Partial<Record<keyof BookingRequest, unknown>>

/** The longest booking, in hours. */
const HOURS_MAX = 12

/** The number of bookings kept. */
const CAPACITY = 10_000

/** Returns the problems of a booking, one per field; empty for a valid {@link BookingRequest}. */
export function findProblems(value: unknown, serviceCount: number): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return ['body: must be a JSON object']
  const { serviceId, date, hours } = value as Fields
  const problems: string[] = []
  if (!isWithin(serviceId, 1, serviceCount)) problems.push('serviceId: must be the id of an existing service')
  if (!isDate(date)) problems.push('date: must be a day such as 2030-12-31')
  if (!isWithin(hours, 1, HOURS_MAX)) problems.push(`hours: must be a whole number from 1 to ${HOURS_MAX}`)
  return problems
}

/** The latest bookings. The number is bounded because the service runs under load for hours. */
export class Bookings {
  private readonly latest = new Map<number, Booking>()
  private count = 0

  /** Stores a booking under a new id and forgets the oldest one if there are too many. */
  add(request: BookingRequest, pricePerHour: number): Booking {
    const { serviceId, date, hours } = request
    const booking = { id: ++this.count, serviceId, date, hours, totalPrice: pricePerHour * hours }
    this.latest.set(booking.id, booking)
    this.latest.delete(booking.id - CAPACITY)
    return booking
  }

  /** Returns the booking; undefined if it doesn't exist or is forgotten. */
  get(id: number): Booking | undefined {
    return this.latest.get(id)
  }
}

function isWithin(value: unknown, from: number, to: number): boolean {
  return Number.isInteger(value) && (value as number) >= from && (value as number) <= to
}

/** Returns whether the value is an existing day as `yyyy-mm-dd`: 2031-02-29 isn't. */
function isDate(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false
  const date = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)
}
