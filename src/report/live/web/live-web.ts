/**
 * A web page that shows a run live, and its report when it has ended.
 */
import type { ListenAddress } from '../../../base/address.js'
import type { Result } from '../../../stats/result.js'
import { nextStep } from '../../advice.js'
import { html } from '../../html/markup.js'
import { renderReport } from '../../html/report.js'
import { SYMBOLS } from '../../html/verdict.js'
import type { Watcher } from '../watcher.js'
import { renderParts, titleOf } from './parts.js'
import { type LiveEvent, LiveServer } from './server.js'
import { RunSoFar } from './so-far.js'

/**
 * Starts listening, passes a line with the URL to `announce`, and returns the watcher that feeds the page. Throws a
 * UserError if it can't listen on the address.
 */
export async function openLiveWeb(
  address: ListenAddress,
  announce: (text: string) => void,
): Promise<Watcher> {
  const page = new LivePage()
  const url = await page.server.listen(address)
  announce(`live view: ${url}\n`)
  return page
}

/** Keeps everything that a new browser needs to see. Renders only while a browser is connected. */
class LivePage implements Watcher {
  readonly server = new LiveServer(() => this.allEvents())
  private readonly ended: Ended[] = []
  private current: RunSoFar | null = null

  open(run: RunSoFar['run']): void {
    this.current = new RunSoFar(run)
    this.update()
  }

  frame(frame: Parameters<Watcher['frame']>[0]): void {
    this.current?.add(frame)
    this.update()
  }

  done(result: Result | null): void {
    const name = this.current?.run.scenario ?? ''
    this.current = null
    this.ended.push({ name, result, html: null })
    if (this.server.isWatched) this.server.send(this.reportOf(this.ended.length - 1))
  }

  async close(): Promise<void> {
    this.server.send({ name: 'end', data: null })
    await this.server.close()
  }

  private update(): void {
    if (this.server.isWatched) for (const event of this.liveEvents()) this.server.send(event)
  }

  private allEvents(): LiveEvent[] {
    return [...this.ended.map((_, index) => this.reportOf(index)), ...this.liveEvents()]
  }

  private liveEvents(): LiveEvent[] {
    if (this.current === null) return []
    const parts = renderParts(this.current).map(({ text }) => text)
    const data = { run: this.ended.length, title: titleOf(this.current), parts }
    return [{ name: 'live', data, isTransient: true }]
  }

  private reportOf(run: number): LiveEvent {
    const ended = this.ended[run]!
    ended.html ??= renderEnded(ended)
    const symbol = ended.result === null ? '✗' : SYMBOLS[ended.result.verdict]
    return { name: 'report', data: { run, title: `${symbol} ${ended.name} · perfctl`, html: ended.html } }
  }
}

/** A run that has ended. Its report is rendered on first use. */
interface Ended {
  readonly name: string
  readonly result: Result | null
  html: string | null
}

function renderEnded({ name, result }: Ended): string {
  if (result !== null) return renderReport(result, nextStep(result)).text
  return html`<header><p class="eyebrow">${name}</p>
<h1><span class="symbol bad" aria-hidden="true">✗</span><span class="bad">Error</span>: the run could not be carried out; see the terminal for the reason.</h1></header>
`.text
}
