/**
 * Measures a case: a service in a process of its own, and a run of perfctl against it in another.
 */
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Result } from '../../../../src/stats/result.js'
import type { Case } from './cases.js'

const SERVICE = fileURLToPath(new URL('./service.js', import.meta.url))
const PERFCTL = fileURLToPath(new URL('../../../../bin/perfctl.js', import.meta.url))

/** What a case showed. */
export interface Measured {
  readonly result: Result
  /** The summary, as piped. */
  readonly stdout: string
}

/** Runs a case in an empty directory. */
export async function measure({ fault, scenario }: Case): Promise<Measured> {
  const cwd = mkdtempSync(join(tmpdir(), 'perfctl-faulty-'))
  const service = fork(SERVICE, [JSON.stringify(fault)], { execArgv: [] })
  try {
    const [port] = (await once(service, 'message')) as [number]
    writeFileSync(join(cwd, 's.yaml'), scenario.replace('PID', String(service.pid)))
    const target = `http://127.0.0.1:${port}`
    const flags = ['--no-baseline', '--quiet', '--target', target, '--report', 'json=result.json']
    const stdout = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, [PERFCTL, 'run', 's.yaml', ...flags], { cwd }, (error, out, err) =>
        // Verdicts have codes of up to 4; without a result there is nothing to look at.
        error !== null && Number(error.code) > 4 ? reject(new Error(out + err)) : resolve(out),
      )
    })
    return { result: JSON.parse(readFileSync(join(cwd, 'result.json'), 'utf8')), stdout }
  } finally {
    service.kill('SIGKILL')
    rmSync(cwd, { recursive: true, force: true })
  }
}

/** Whether other work kept the machine so busy that perfctl itself could not measure undisturbed. */
export function isDisturbed({ result: { generator } }: Measured): boolean {
  const { saturated, lateFrom, workers } = generator
  return saturated || lateFrom !== undefined || workers.some(({ starved }) => (starved ?? 0) > 0.1)
}

/** Whether what stands out first is what the case is about. */
export function isRight({ code, timing }: Case, { result: { findings = [] } }: Measured): boolean {
  const [first] = findings
  if (code === null) return first === undefined
  return first?.code === code && (timing === undefined || first.name === timing)
}
