/**
 * Takes the screenshots of the documentation, `docs/images/`: the regression of the tour, in the terminal and as an HTML
 * report, and the charts of a cache that warms. Needs Chromium (`CHROMIUM` names another program) and a built perfctl: `npm run docs:screenshots`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const IMAGES = join(ROOT, 'docs/images')
const CHROMIUM = process.env.CHROMIUM ?? 'chromium'
const PERFCTL = join(ROOT, 'bin/perfctl.js')
const SCENARIO = 'scenarios/quick.yaml'
const CAUSES = 'scenarios/causes.yaml'
const TARGET = 'http://localhost:3001'
/** The exit code of a regression. */
const REGRESSED = 1
const LINE_HEIGHT = 19

let tries = 8

const directory = mkdtempSync(join(tmpdir(), 'perfctl-pictures-'))
try {
  mkdirSync(join(directory, 'scenarios'))
  mkdirSync(IMAGES, { recursive: true })
  writeFileSync(join(directory, SCENARIO), scenarioOf('docs/getting-started.md', ''))
  const slow = await startDemo('--slow', '1.5')
  const report = join(directory, 'report.html')
  let run
  do {
    perfctl('baseline', 'update', SCENARIO)
    run = perfctl('run', SCENARIO, '--target', TARGET, '--report', `html=${report}`)
    // Other work on the machine may have made the run inconclusive.
  } while (run.status !== REGRESSED && --tries > 0)
  await end(slow)
  // A program that Node.js ended has this code, too.
  if (run.status !== REGRESSED || run.stdout === '')
    throw new Error(`no regression was found:\n${run.stdout}${run.stderr}`)
  const text = `$ perfctl run ${SCENARIO} --target ${TARGET}\n${run.stdout.trimEnd()}`
  takePicture('terminal', terminalPage(text), [760, text.split('\n').length * LINE_HEIGHT + 36])
  takePicture('report', readFileSync(report, 'utf8'), [1100, 1000])

  writeFileSync(join(directory, CAUSES), scenarioOf('docs/observing.md', 'causes.yaml'))
  const cold = await startDemo('--cold-cache')
  run = perfctl('run', CAUSES, '--no-baseline', '--report', `html=${report}`)
  await end(cold)
  if (run.status !== 0) throw new Error(`the cold cache was not measured:\n${run.stdout}${run.stderr}`)
  takePicture('charts', chartsPage(readFileSync(report, 'utf8')), [1040, 1340])
} finally {
  rmSync(directory, { recursive: true, force: true })
}

/** Returns the first scenario of a page after some text. */
function scenarioOf(page, after) {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return /^```yaml\n([\s\S]*?)^```/m.exec(text.slice(text.indexOf(after)))[1]
}

/** Starts a demo service with these knobs at the target of the scenarios. */
async function startDemo(...knobs) {
  const demo = spawn(process.execPath, [PERFCTL, 'demo', '--port', '3001', ...knobs])
  await once(demo.stdout, 'data')
  return demo
}

async function end(demo) {
  const gone = once(demo, 'close')
  demo.kill()
  await gone
}

/** Leaves only the charts of a report, with the figures of its eighth moment. */
function chartsPage(report) {
  let moment = 0
  const [charts] = /<div class="tracks">[\s\S]*?<\/form>\n<\/div>/.exec(report)
  const marked = charts.replaceAll('<input type="radio"', (input) =>
    ++moment === 8 ? `${input} checked` : input,
  )
  return report.replace(/<main>[\s\S]*<\/main>/, () => `<main>${marked}</main>`)
}

/** Runs a command with colors. */
function perfctl(...args) {
  const env = { ...process.env, FORCE_COLOR: '1' }
  return spawnSync(process.execPath, [PERFCTL, ...args], { cwd: directory, env, encoding: 'utf8' })
}

function takePicture(name, html, [width, height]) {
  const page = join(directory, `${name}.html`)
  writeFileSync(page, html)
  const { status, stderr } = spawnSync(
    CHROMIUM,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      `--window-size=${width},${height}`,
      `--screenshot=${join(IMAGES, `${name}.png`)}`,
      `file://${page}`,
    ],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`${CHROMIUM} failed:\n${stderr}`)
}

function terminalPage(text) {
  return `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 18px 22px; background: #10141c; color: #d7dce5; }
pre { margin: 0; font: 14px/${LINE_HEIGHT}px "DejaVu Sans Mono", monospace; }
.c1 { font-weight: bold; color: #fff } .c2 { color: #8791a3 } .c31 { color: #ff7b72 } .c32 { color: #56d364 }
.c33 { color: #e3b341 } .c36 { color: #76d4e6 }
</style><pre>${colorize(text)}</pre>`
}

/** Turns the few escape sequences that perfctl writes into elements. */
function colorize(text) {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return escaped.replaceAll(/\u001b\[(\d+)m/g, (_, code) =>
    ['0', '22', '39'].includes(code) ? '</span>' : `<span class="c${code}">`,
  )
}
