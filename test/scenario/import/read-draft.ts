import type { Draft } from '../../../src/scenario/import/draft.js'
import { writeDraft } from '../../../src/scenario/import/write.js'
import { readScenario } from '../../../src/scenario/read.js'
import type { Scenario } from '../../../src/scenario/scenario.js'

/** What a draft comes to when it's written and read. Throws when the reader doesn't take it. */
export function readDraft(draft: Draft, env: Readonly<Record<string, string>> = {}): Scenario {
  const text = writeDraft(draft, { command: 'perfctl import', schema: null })
  return readScenario(text, { file: 'imported.yaml', env })
}
