/**
 * The series of a request, recorded as a worker does.
 */
import { type Row, Sheet } from '../../src/stats/sheet.js'
import { type Series, Tally } from '../../src/stats/tally.js'

/** Returns a series of what `write` records. */
export function writeSeries(write: (row: Row) => void): Series {
  const sheet = new Sheet(1)
  write(sheet.row(0))
  const tally = new Tally(1)
  tally.addSheet(sheet.take())
  return tally.get(0)
}
