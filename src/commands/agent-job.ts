/**
 * The job of several agents: a scenario with all that it needs, except secrets.
 */
import { readFileSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { userError } from '../base/errors.js'
import type { Io } from '../base/io.js'
import { isSecretName } from '../base/secrets.js'
import { hostAndPort } from '../load/http/connect/route.js'
import type { Job } from '../run/agents/messages.js'
import { scenarioHash } from '../scenario/model/hash.js'
import type { Scenario } from '../scenario/model/scenario.js'
import { readScenario } from '../scenario/read.js'
import { type Environment, variablesIn } from '../scenario/template/environment.js'
import type { RunFlags } from './run-options.js'
import { applyFlags } from './scenario-files.js'

/** What a job is made from. */
export interface JobSource {
  readonly scenario: Scenario
  readonly flags: Pick<RunFlags, 'headers' | 'load' | 'insecure' | 'connectTo' | 'sendSecrets'>
  /** Every variable, of the process, of files and of flags. */
  readonly env: Environment
  readonly cwd: string
}

/** A shorter value occurs within others by chance. */
const SECRET_LENGTH_MIN = 4

/**
 * The job that sends this scenario. Its files are read again, to send them along; secret variables are only named, unless
 * the flags say otherwise. Throws a UserError if a URL has a secret, which would have to be sent.
 */
export function makeJob({ scenario, flags, env, cwd }: JobSource): Job {
  const file = scenario.file ?? 'scenario'
  const path = resolve(cwd, file)
  const text = scenario.file === null ? scenario.text : readFileSync(path, 'utf8')
  if (text === '')
    throw userError(
      "a URL with a secret can't be sent to agents",
      'write a scenario that takes it from ${TOKEN}',
    )
  const { profile } = scenario
  const files: Record<string, string> = {}
  const texts = [text]
  const read = (name: string) => {
    const bytes = readFileSync(resolve(dirname(path), name))
    files[name] = bytes.toString('base64')
    if (/^\.ya?ml$/i.test(extname(name))) texts.push(bytes.toString('utf8'))
    return bytes
  }
  const plain = readScenario(text, { file, env, profile: profile ?? undefined, files: { read } })
  const used = texts.flatMap((each) => variablesIn(each, env)).filter(({ name }) => env[name] !== undefined)
  const { headers, load, insecure, connectTo, sendSecrets } = flags
  const isSecret = ({ name, value }: { readonly name: string; readonly value: string }) =>
    !sendSecrets &&
    (isSecretName(name) ||
      // It may be a part of one, as in `authorization: "key-${ID}"`.
      (value.length >= SECRET_LENGTH_MIN && scenario.secrets.some((secret) => secret.includes(value))))
  return {
    file,
    text,
    files,
    env: Object.fromEntries(used.filter((each) => !isSecret(each)).map(({ name, value }) => [name, value])),
    secrets: [...new Set(used.filter(isSecret).map(({ name }) => name))],
    profile,
    headers,
    load,
    insecure,
    connectTo,
    hash: scenarioHash(applyFlags(plain, flags)),
  }
}

/** The scenario of a job, read on an agent whose own variables are `own`. Throws a UserError if a secret is missing. */
export function readJob(job: Job, own: Io['env']): Scenario {
  const missing = job.secrets.filter((name) => (own[name] ?? '') === '')
  if (missing.length > 0) {
    throw userError(
      `${missing.map((name) => `\${${name}}`).join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set there`,
      'secrets are not sent: set them in the environment of the agent, or send them with --send-secrets',
    )
  }
  const { file, text, files, profile } = job
  const read = (name: string) => {
    if (!Object.hasOwn(files, name)) throw userError(`${name}: not part of the job`)
    return Buffer.from(files[name]!, 'base64')
  }
  const kept = Object.keys(own).filter((name) => job.secrets.includes(name) || PROXIES.test(name))
  const env = { ...job.env, ...Object.fromEntries(kept.map((name) => [name, own[name]])) }
  return applyFlags(readScenario(text, { file, env, profile: profile ?? undefined, files: { read } }), job)
}

/** The hosts of the proxies that an agent's own environment names. */
export function listOwnProxies(own: Io['env']): string[] {
  return Object.entries(own).flatMap(([name, value = '']) => {
    if (!PROXIES.test(name)) return []
    const text = value.includes('://') ? value : `http://${value}`
    return URL.canParse(text) ? [hostAndPort(text).host] : []
  })
}

/** The way to the service is each machine's own. */
const PROXIES = /^(?:https?|all|no)_proxy$/i
