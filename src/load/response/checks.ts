/**
 * Checks responses against the scenario's expectations. The message of a failed check is the same for all
 * responses with the same problem, so that they are counted as one.
 */

import type { Ms } from '../../base/clock.js'
import { Pattern } from '../../base/pattern.js'
import { isSecretField, isSecretHeader } from '../../base/secrets.js'
import { formatDuration, formatSize } from '../../base/units.js'
import type { IterationContext } from '../../plan/iteration-values.js'
import type { Plan } from '../../plan/plan.js'
import { valueAt } from '../../scenario/blocks/json-path.js'
import type { Check, Expect, JsonCheck } from '../../scenario/model/expect.js'
import { quoted } from '../../scenario/yaml/tree.js'
import { type Body, faultOf } from './body.js'
import { Digits, describeTest, passes, type Show, testFault } from './json-check.js'
import type { Redactor } from './redaction.js'
import type { ReceivedResponse } from './response.js'

/** What is known about a response. */
export interface Seen {
  /** Null if no check needs it. */
  readonly answer: ReceivedResponse | null
  readonly latencyMs: Ms
  /** The iteration's values, whose secrets are hidden; null if they aren't kept. */
  readonly draws: IterationContext | null
}

/** A check in words, and what is wrong; null if it passed. */
export interface Checked {
  readonly label: string
  readonly fault: string | null
}

/** The checks of one request. */
export class Checker {
  private readonly checks: readonly CompiledCheck[]

  /** With `decodes`, each body must be valid in its encoding. */
  constructor(checks: readonly Check[], redactor: Redactor, decodes = false) {
    const compiled = checks.map((check) => compile(check, isSecret(check) ? HIDE_ALL : quoter(redactor)))
    this.checks = decodes ? [...compiled, DECODES] : compiled
  }

  /** The first problem of a response; null if all checks pass. */
  fault(seen: Seen, body: Body): string | null {
    for (const check of this.checks) {
      const fault = check.fault(seen, body)
      if (fault !== null) return fault
    }
    return null
  }

  /** All checks with their problems. */
  all(seen: Seen, body: Body): Checked[] {
    return this.checks.map((check) => ({ label: check.label, fault: check.fault(seen, body) }))
  }
}

/** The checks of a request in a plan; null if only the status is checked. */
export function makeChecker(
  { compression }: Plan['http'],
  { checks = [] }: Expect,
  redactor: Redactor,
): Checker | null {
  const decodes = compression === 'decode'
  return checks.length === 0 && !decodes ? null : new Checker(checks, redactor, decodes)
}

/** Whether a status is expected. */
export function isExpected(status: number, ranges: Expect['status']): boolean {
  for (const [from, to] of ranges) if (status >= from && status <= to) return true
  return false
}

/** How texts are quoted in messages. */
interface Quoter {
  /** Texts of the scenario. */
  readonly own: Show
  /** Texts of a response. */
  response(text: string, seen: Seen): string
  /** Error messages, which may contain a pattern. */
  readonly fault: Show
}

const HIDDEN = quoted('[redacted]')

const HIDE_ALL: Quoter = { own: () => HIDDEN, response: () => HIDDEN, fault: (text) => text }

function quoter(redactor: Redactor): Quoter {
  return {
    own: (text) => redactor.quote(text),
    response: (text, { draws }) => redactor.quoteResponse(text, draws),
    fault: (text) => redactor.hide(text),
  }
}

/** Whether the compared value belongs to a secret header or field, and must not be shown. */
function isSecret(check: Check): boolean {
  if (check.type === 'header') return isSecretHeader(check.name)
  const last = check.type === 'json' ? check.steps.findLast((step) => typeof step === 'string') : undefined
  return last !== undefined && isSecretField(last)
}

interface CompiledCheck {
  readonly label: string
  fault(seen: Seen, body: Body): string | null
}

function compile(check: Check, quoter: Quoter): CompiledCheck {
  const show = quoter.own
  switch (check.type) {
    case 'header': {
      const { name, value } = check
      const compare = (seen: Seen) => {
        const actual = seen.answer!.header(name)
        if (actual === value) return null
        if (actual === null) return `no header ${name}`
        return `header ${name} is ${quoter.response(actual, seen)}, not ${show(value)}`
      }
      return { label: `header ${name} is ${show(value)}`, fault: compare }
    }
    case 'maxLatency': {
      const limit = formatDuration(check.ms)
      const compare = ({ latencyMs }: Seen) => (latencyMs <= check.ms ? null : `latency above ${limit}`)
      return { label: `latency at most ${limit}`, fault: compare }
    }
    case 'maxSize': {
      const limit = formatSize(check.bytes)
      const compare = ({ answer }: Seen) =>
        answer!.bodyBytes <= check.bytes ? null : `body larger than ${limit}`
      return { label: `body at most ${limit}`, fault: compare }
    }
    case 'body':
      return ofBody(`body contains ${show(check.text)}`, quoter, (body) =>
        body.text().includes(check.text) ? null : `body does not contain ${show(check.text)}`,
      )
    case 'matches': {
      const pattern = new Pattern(check.pattern)
      return ofBody(`body matches ${show(check.pattern)}`, quoter, (body) =>
        pattern.test(body.text(), body.leftMs) ? null : `body does not match ${show(check.pattern)}`,
      )
    }
    case 'json': {
      const { path, steps, test } = check
      return ofBody(`${path} ${describeTest(test, show)}`, quoter, (body, seen) => {
        const value = exactly(valueAt(body.json(), steps), check, body)
        if (passes(test, value)) return null
        return `${path} ${testFault(test, value, { show, showResponse: (text) => quoter.response(text, seen) })}`
      })
    }
  }
}

/** Compares a number by its digits if a float can't hold it or the expected value. */
function exactly(value: unknown, { steps, test }: JsonCheck, body: Body): unknown {
  if (typeof value !== 'number') return value
  const isHeld =
    !('digits' in test) && (Number.isSafeInteger(value) || !Number.isInteger(value)) && Number.isFinite(value)
  return isHeld ? value : new Digits(body.digits(value, steps))
}

const DECODES: CompiledCheck = {
  label: 'body can be decoded',
  fault: ({ answer }) => {
    try {
      answer!.decodeBody()
      return null
    } catch (error) {
      return faultOf(error)
    }
  },
}

function ofBody(
  label: string,
  quoter: Quoter,
  judge: (body: Body, seen: Seen) => string | null,
): CompiledCheck {
  return {
    label,
    fault: (seen, body) => {
      try {
        return judge(body, seen)
      } catch (error) {
        return quoter.fault(faultOf(error))
      }
    },
  }
}
