/**
 * Output of a GitHub Actions step: the job summary, step outputs and annotations.
 */
import { appendFile, readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { messageOf, userError } from '../base/errors.js'
import type { Io } from '../base/io.js'
import { renderAnnotations, type ScenarioSource } from '../report/formats/github.js'
import type { Result } from '../stats/result.js'

/**
 * Appends `summary` to the job summary and the verdict to the step's outputs. Prints annotations on stderr: the
 * runner reads it like stdout, where they could end up in a report. Returns false outside of GitHub Actions.
 * Throws a UserError if a file can't be written, after writing all others.
 */
export async function writeToGithub(result: Result, summary: string, io: Io): Promise<boolean> {
  const { GITHUB_STEP_SUMMARY, GITHUB_OUTPUT } = io.env
  if (!GITHUB_STEP_SUMMARY && !GITHUB_OUTPUT) return false
  const written = await Promise.allSettled([
    append('GITHUB_STEP_SUMMARY', GITHUB_STEP_SUMMARY, `${summary}\n`),
    append('GITHUB_OUTPUT', GITHUB_OUTPUT, `verdict=${result.verdict}\n`),
  ])
  io.stderr.write(renderAnnotations(result, await readSource(result, io)))
  for (const each of written) if (each.status === 'rejected') throw each.reason
  return true
}

async function append(variable: string, file: string | undefined, text: string): Promise<void> {
  if (!file) return
  try {
    await appendFile(file, text)
  } catch (error) {
    throw userError(
      `cannot write ${file}: ${messageOf(error)}`,
      `check the environment variable ${variable}, which has this path`,
    )
  }
}

/** Annotations need paths relative to the repository root, wherever perfctl was started. */
async function readSource({ scenario }: Result, io: Io): Promise<ScenarioSource | null> {
  if (scenario.file === null) return null
  const file = resolve(io.cwd, scenario.file)
  const path = relative(io.env['GITHUB_WORKSPACE'] || io.cwd, file).replaceAll('\\', '/')
  const text = await readFile(file, 'utf8').catch(() => '')
  return { path, text }
}
