/**
 * What was measured of a request, written as a worker does.
 */
import { type Row, Sheet } from '../../src/stats/sheet.js'
import { type Series, Tally } from '../../src/stats/tally.js'

/** A series of what `write` counts. */
export function writeSeries(write: (row: Row) => void): Series {
  const sheet = new Sheet(1)
  write(sheet.row(0))
  const tally = new Tally(1)
  tally.addSheet(sheet.take())
  return tally.get(0)
}
