/**
 * Bookings: what a valid one is, and the latest ones.
 */

/** What a client asks for. */
export interface BookingRequest {
  readonly serviceId: number
  /** `2030-12-31`. */
  readonly date: string
  readonly hours: number
}

/** A booking that was accepted. */
export interface Booking extends BookingRequest {
  readonly id: number
  readonly totalPrice: number
}

/** The fields of a booking as sent; whether they are valid says {@link findProblems}. */
type Fields = Partial<Record<keyof BookingRequest, unknown>>

/** The longest booking. */
const HOURS_MAX = 12

/** How many bookings are remembered. */
const CAPACITY = 10_000

/** What is wrong with a booking, a sentence for each field; none when it's a {@link BookingRequest}. */
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

/** The latest bookings: the service runs for hours under load, and must not grow meanwhile. */
export class Bookings {
  private readonly latest = new Map<number, Booking>()
  private count = 0

  /** The request as a booking with an id of its own; the oldest one is forgotten when there are too many. */
  add(request: BookingRequest, pricePerHour: number): Booking {
    const { serviceId, date, hours } = request
    const booking = { id: ++this.count, serviceId, date, hours, totalPrice: pricePerHour * hours }
    this.latest.set(booking.id, booking)
    this.latest.delete(booking.id - CAPACITY)
    return booking
  }

  /** The booking of that id; undefined when there is none, or none any more. */
  get(id: number): Booking | undefined {
    return this.latest.get(id)
  }
}

function isWithin(value: unknown, from: number, to: number): boolean {
  return Number.isInteger(value) && (value as number) >= from && (value as number) <= to
}

/** A day that exists, as `yyyy-mm-dd`: 2031-02-29 doesn't. */
function isDate(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false
  const date = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)
}
