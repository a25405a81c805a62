/**
 * CSV (RFC 4180) with a row per second of each request, and of the service's processes, for spreadsheets and notebooks.
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
  'cpu_ms',
  'memory_bytes',
]

function render(result: Result): string {
  const rows = result.requests.flatMap((request) =>
    request.windows.map((window) => renderWindow(result.scenario.name, request, window)),
  )
  return [COLUMNS, ...rows, ...targetRows(result)].map((cells) => `${cells.join(',')}\r\n`).join('')
}

function renderWindow(scenario: string, { name }: RequestResult, window: Window): string[] {
  const { p50, p95, p99, max } = percentilesOf(window.histogram)
  const { start, duration, requests, failed } = window
  const figures = [start, duration, requests, failed, p50, p95, p99, max, null, null]
  return [quoteCell(scenario), quoteCell(name), ...figures.map((figure) => String(figure ?? ''))]
}

/** CPU time and memory are of the whole run, so these rows have no request. */
function targetRows({ scenario, target }: Result): string[][] {
  const { cpuWindows = [], timeline = [] } = target ?? {}
  return cpuWindows.map(({ start, duration, requests, cpuMs }) => {
    const memory = timeline.flatMap((point) =>
      point.memory !== null && point.second >= start && point.second < start + duration ? [point.memory] : [],
    )
    const most = memory.length === 0 ? '' : Math.max(...memory)
    const figures = [start, duration, requests, '', '', '', '', '', cpuMs, most]
    return [quoteCell(scenario.name), '', ...figures.map(String)]
  })
}

export default { id: 'csv-windows', extension: 'windows.csv', render } satisfies Format
