/**
 * `reference`: the accepted version that a suspected regression is compared with, side by side.
 */
import { type Reader, readText, wrong } from '../fields/fields.js'
import { readTarget } from '../fields/http-fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, map } from '../fields/schema.js'
import type { ReferenceService } from '../model/reference-service.js'
import { nameOf, type Report, wrongKey } from '../yaml/tree.js'

type ReferenceInput = FieldsOf<typeof referenceFields>

/** The field `reference` of a scenario. */
export function referenceSchema(leaves: Leaves) {
  return map(referenceFields(leaves), {
    description:
      'The accepted version that `run --confirm ab` compares with if the baseline suspects a regression.',
    sample: 'command: node base/server.js',
    synonyms: { target: 'url', cmd: 'command', start: 'command', health: 'ready' },
    check: checkOne,
  })
}

function referenceFields({ option, text }: Leaves) {
  return {
    url: option(
      readTarget,
      { type: 'string' },
      'URL of the accepted version; demo for the built-in service.',
      { examples: ['http://localhost:3000'] },
    ),
    command: text(
      readCommand,
      'Shell command that starts the accepted version, which listens on the port in PORT.',
      { examples: ['node base/server.js'] },
    ),
    ready: text(
      readReady,
      'With command: path or URL that responds with a status below 400 once the service is ready.',
      { examples: ['/healthz'] },
    ),
  }
}

/** The reference that the input describes. */
export function makeReference({ url, command, ready }: ReferenceInput): ReferenceService {
  return url === undefined ? { command: command!, ready: ready ?? null } : { url }
}

function checkOne({ url, command, ready }: ReferenceInput, report: Report, hasUnknown: boolean): void {
  if (url !== undefined && command !== undefined) {
    wrongKey(report, ['command'], 'reference takes either url or command, not both', 'remove one of them')
  } else if (url === undefined && command === undefined && !hasUnknown) {
    const hint = 'add url: http://localhost:3000 or command: node base/server.js'
    report({ message: 'reference has neither url nor command', hint })
  } else if (ready !== undefined && command === undefined && !hasUnknown) {
    wrongKey(report, ['ready'], 'ready needs a command', 'remove it')
  }
}

const readCommand: Reader<string> = (tree, context, report) => {
  const text = readText(tree, context, report)?.trim()
  return text === ''
    ? wrong(report, 'the command is empty', 'write a command such as node base/server.js')
    : (text ?? null)
}

const readReady: Reader<string> = (tree, context, report) => {
  const text = readText(tree, context, report)?.trim()
  if (text === undefined || /^(\/|https?:\/\/[^\s/])\S*$/.test(text)) return text ?? null
  return wrong(report, `${nameOf(tree)} is neither a path nor a URL`, 'write a path such as /healthz')
}
