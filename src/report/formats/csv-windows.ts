/**
 * CSV (RFC 4180) with a row per second of each request, for spreadsheets and notebooks.
 */
import type { RequestResult, Result, Window } from '../../stats/result.js'
import { percentilesOf } from '../../stats/summary.js'
import { quoteCell } from './csv.js'
import type { Format } from './format.js'

const COLUMNS = [
  'scenario',
  'request',
  'start_s',
  'duration_s',
  'requests',
  'failed',
  'p50_ms',
  'p95_ms',
  'p99_ms',
  'max_ms',
]

function render(result: Result): string {
  const rows = result.requests.flatMap((request) =>
    request.windows.map((window) => renderWindow(result.scenario.name, request, window)),
  )
  return [COLUMNS, ...rows].map((cells) => `${cells.join(',')}\r\n`).join('')
}

function renderWindow(scenario: string, { name }: RequestResult, window: Window): string[] {
  const { p50, p95, p99, max } = percentilesOf(window.histogram)
  const figures = [window.start, window.duration, window.requests, window.failed, p50, p95, p99, max]
  return [quoteCell(scenario), quoteCell(name), ...figures.map((figure) => String(figure ?? ''))]
}

export default { id: 'csv-windows', extension: 'windows.csv', render } satisfies Format
