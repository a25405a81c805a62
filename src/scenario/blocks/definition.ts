/**
 * Every field of a scenario file, once: its name, its reader, its description. The loader checks with it, and the
 * JSON Schema for editors is made from it. The blocks of the file lie in `blocks/`.
 */

import { Tables } from '../data/tables.js'
import * as fields from '../fields/fields.js'
import { readTarget } from '../fields/http-fields.js'
import * as json from '../fields/json-types.js'
import { checkProfiles } from '../fields/keys.js'
import { jsonSchema, list, map, type Output, readBy, record } from '../fields/schema.js'
import type { Mistake, Tree } from '../yaml/tree.js'
import { dataSchema } from './data.js'
import { httpSchema } from './http.js'
import { makeLeaves } from './leaves.js'
import { baselineSchema, thresholdSchema } from './limits.js'
import { loadSchema } from './load.js'
import { referenceSchema } from './reference.js'
import { requestSchema, stepsSchema } from './request.js'
import { checkNames, type Names } from './request-names.js'

/** A scenario file with every value read, as it's written: short forms and defaults are still open. */
export type ScenarioInput = Output<ReturnType<typeof scenarioSchema>>

/** Reads a tree as a scenario file: its values, or all the mistakes in it. */
export function readFields(
  tree: Tree,
  context: fields.Context,
  { names, tables }: { readonly names: Names; readonly tables: Tables },
): { readonly input: ScenarioInput } | { readonly mistakes: readonly Mistake[] } {
  return readBy(scenarioSchema(context, names, tables), tree)
}

/** The JSON Schema (draft 7) of scenario files. */
export function scenarioJsonSchema(): object {
  const nobody = { env: {}, shapes: new Map(), variables: [], requests: [] }
  return {
    ...jsonSchema(
      scenarioSchema(nobody, { entries: [], before: [], beforeEach: [], after: [] }, new Tables(undefined)),
    ),
    title: 'perfctl scenario',
  }
}

function scenarioSchema(context: fields.Context, names: Names, tables: Tables) {
  const leaves = makeLeaves(context)
  const { leaf, label } = leaves
  return map(
    {
      extends: label(
        'A file that this one is laid over: maps are merged, lists and values replaced. Relative to this file.',
      ),
      name: leaf(fields.readName, {
        ...json.TEXT,
        description: "Names results and the baseline. Default: the file's name.",
      }).optional(),
      description: leaf(fields.readText, {
        ...json.TEXT,
        description: 'What the scenario stands for.',
      }).optional(),
      target: leaf(readTarget, {
        type: 'string',
        description: 'demo, or the URL of the service.',
        examples: ['demo', 'http://localhost:3000'],
      }).optional(),
      load: loadSchema(leaves).optional(),
      profiles: record(loadSchema(leaves), {
        description:
          'Loads by name, for --profile: the same requests as a smoke test, a stress test, a soak test. Without load the first one is the default.',
        examples: [{ smoke: { vus: 1, duration: '10s' }, stress: { vus: 200, duration: '5m' } }],
        check: checkProfiles,
      }).optional(),
      http: httpSchema(leaves).optional(),
      data: dataSchema(leaves, tables).optional(),
      requests: list(requestSchema(leaves), {
        description: 'What is sent. Each iteration takes one, by weight.',
        sample: '- get: /',
        check: (report) => checkNames(names, report),
      }),
      before: stepsSchema(
        leaves,
        'Done once, before the load: logging in, making data. What it captures all virtual users know; it is in no figure.',
      ).optional(),
      beforeEach: stepsSchema(
        leaves,
        'Done by each virtual user before its first iteration. What it captures the user keeps.',
      ).optional(),
      after: stepsSchema(
        leaves,
        'Done once, after the load, also after Ctrl-C: cleaning up. It is in no figure.',
      ).optional(),
      thresholds: list(thresholdSchema(leaves), {
        description: 'Absolute limits; the run fails when one is not met.',
        sample: '- p95 < 200ms',
      }).optional(),
      baseline: baselineSchema(leaves).optional(),
      reference: referenceSchema(leaves).optional(),
    },
    {
      description: 'A load test for perfctl.',
      sample: 'requests: [{ get: / }]',
      synonyms: {
        url: 'target',
        baseUrl: 'target',
        scenarios: 'requests',
        stages: 'load',
        vus: 'load',
        duration: 'load',
        setup: 'before',
        teardown: 'after',
        beforeScenario: 'beforeEach',
        onStart: 'beforeEach',
        environments: 'profiles',
        include: 'extends',
        import: 'extends',
      },
    },
  )
}
