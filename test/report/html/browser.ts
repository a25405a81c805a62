/**
 * A page in Chromium, driven over its debugging pipe.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

/** The browser; tests that need it are skipped where it isn't. */
export const CHROMIUM = '/usr/bin/chromium'

/** What keeps the browser from doing anything but showing the page. */
export const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

type Reply = { id?: number; result?: unknown; error?: { message: string } }

/** A browser with one page. */
export class Browser {
  private readonly folder = mkdtempSync(join(tmpdir(), 'perfctl-browser-'))
  private readonly child: ChildProcess
  private readonly waiting = new Map<number, (reply: Reply) => void>()
  private session: string | undefined
  private last = 0

  constructor() {
    const flags = [...FLAGS, `--user-data-dir=${join(this.folder, 'profile')}`, '--remote-debugging-pipe']
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const
    this.child = spawn(CHROMIUM, flags, { stdio: [...stdio], detached: true })
    let text = ''
    const output = this.child.stdio[4] as Readable
    output.setEncoding('utf8').on('data', (part: string) => {
      const messages = (text + part).split('\0')
      text = messages.pop()!
      for (const message of messages) this.receive(JSON.parse(message) as Reply)
    })
  }

  /** Opens a page of its own, as wide and high as given. */
  async open(page: string, width: number, height = 3000): Promise<void> {
    const file = join(this.folder, 'page.html')
    writeFileSync(file, page)
    this.session = undefined
    const { targetId } = await this.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' })
    const attached = await this.send<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    })
    this.session = attached.sessionId
    const metrics = { width, height, deviceScaleFactor: 1, mobile: false }
    await this.send('Emulation.setDeviceMetricsOverride', metrics)
    await this.send('Page.navigate', { url: `file://${file}` })
    while (
      !(await this.read<boolean>('document.readyState === "complete" && location.protocol === "file:"'))
    );
  }

  /** Returns the value of an expression in the page. */
  async read<T>(expression: string): Promise<T> {
    const { result } = await this.send<{ result: { value: T } }>('Runtime.evaluate', {
      expression,
      returnByValue: true,
    })
    return result.value
  }

  /** Moves the pointer. */
  async pointAt(x: number, y: number): Promise<void> {
    await this.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y })
  }

  /** Clicks where the pointer is. */
  async click(x: number, y: number): Promise<void> {
    const button = { x, y, button: 'left', clickCount: 1 }
    await this.send('Input.dispatchMouseEvent', { ...button, type: 'mousePressed' })
    await this.send('Input.dispatchMouseEvent', { ...button, type: 'mouseReleased' })
  }

  /** Presses a key, such as Tab or ArrowRight. */
  async press(key: 'Tab' | 'ArrowRight' | 'ArrowLeft'): Promise<void> {
    const windowsVirtualKeyCode = { Tab: 9, ArrowLeft: 37, ArrowRight: 39 }[key]
    const event = { key, code: key, windowsVirtualKeyCode }
    await this.send('Input.dispatchKeyEvent', { ...event, type: 'rawKeyDown' })
    await this.send('Input.dispatchKeyEvent', { ...event, type: 'keyUp' })
  }

  /** Shows the page as it looks with these settings, such as on paper. */
  async emulate(media: 'screen' | 'print', scheme: 'light' | 'dark'): Promise<void> {
    const features = [{ name: 'prefers-color-scheme', value: scheme }]
    await this.send('Emulation.setEmulatedMedia', { media, features })
  }

  /** Returns a picture of the page as a PNG file. */
  async picture(): Promise<Buffer> {
    const { data } = await this.send<{ data: string }>('Page.captureScreenshot', { format: 'png' })
    return Buffer.from(data, 'base64')
  }

  /** Ends the browser. */
  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('close', resolve))
    // Its processes would go on writing to the folder.
    process.kill(-this.child.pid!, 'SIGKILL')
    await gone
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 })
  }

  private send<T>(method: string, params: object): Promise<T> {
    const id = ++this.last
    const sessionId = this.session
    return new Promise((resolve, reject) => {
      this.waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result as T)
        else reject(new Error(`${method}: ${error.message}`))
      })
      const input = this.child.stdio[3] as Writable
      input.write(
        `${JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) })}\0`,
      )
    })
  }

  private receive(reply: Reply): void {
    const settle = reply.id === undefined ? undefined : this.waiting.get(reply.id)
    this.waiting.delete(reply.id ?? 0)
    settle?.(reply)
  }
}
