/**
 * Every field of a scenario file with its name, reader and description. The loader checks files with it, and the JSON
 * Schema for editors is generated from it.
 */

import { Tables } from '../data/tables.js'
import * as fields from '../fields/fields.js'
import { readTarget } from '../fields/http-fields.js'
import * as json from '../fields/json-types.js'
import { checkProfiles } from '../fields/keys.js'
import { jsonSchema, list, map, type Output, readBy, record } from '../fields/schema.js'
import type { Tree, TreeProblem } from '../yaml/tree.js'
import { dataSchema } from './data.js'
import { httpSchema } from './http.js'
import { makeLeaves } from './leaves.js'
import { baselineSchema, thresholdSchema } from './limits.js'
import { loadSchema } from './load.js'
import { referenceSchema } from './reference.js'
import { requestSchema, stepsSchema } from './request.js'
import { checkNames, type Names } from './request-names.js'

/** A scenario file with its values read; short forms and defaults are not resolved yet. */
export type ScenarioInput = Output<ReturnType<typeof scenarioSchema>>

/** Reads a tree as a scenario file: its values, or all its problems. */
export function readFields(
  tree: Tree,
  context: fields.Context,
  { names, tables }: { readonly names: Names; readonly tables: Tables },
): { readonly input: ScenarioInput } | { readonly problems: readonly TreeProblem[] } {
  return readBy(scenarioSchema(context, names, tables), tree)
}

/** The JSON Schema (draft 7) of scenario files. */
export function scenarioJsonSchema(): object {
  const emptyContext = { env: {}, shapes: new Map(), variables: [], requests: [] }
  return {
    ...jsonSchema(
      scenarioSchema(
        emptyContext,
        { entries: [], before: [], beforeEach: [], after: [] },
        new Tables(undefined),
      ),
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
        'A file to start from: maps are merged, lists and values replaced. Relative to this file.',
      ),
      name: leaf(fields.readName, {
        ...json.TEXT,
        description: "Name of the results and the baseline. Default: the file's name.",
      }).optional(),
      description: leaf(fields.readText, {
        ...json.TEXT,
        description: 'What the scenario is for.',
      }).optional(),
      target: leaf(readTarget, {
        type: 'string',
        description: 'URL of the service, or demo for the built-in one.',
        examples: ['demo', 'http://localhost:3000'],
      }).optional(),
      load: loadSchema(leaves).optional(),
      profiles: record(loadSchema(leaves), {
        description:
          'Named loads for --profile, such as a smoke test and a stress test. Without load, the first one is the default.',
        examples: [{ smoke: { vus: 1, duration: '10s' }, stress: { vus: 200, duration: '5m' } }],
        check: checkProfiles,
      }).optional(),
      http: httpSchema(leaves).optional(),
      data: dataSchema(leaves, tables).optional(),
      requests: list(requestSchema(leaves), {
        description: 'The requests to send. Each iteration picks one by weight.',
        sample: '- get: /',
        check: (report) => checkNames(names, report),
      }),
      before: stepsSchema(
        leaves,
        'Setup: runs once, before the load. All virtual users know its captures. Left out of every figure.',
      ).optional(),
      beforeEach: stepsSchema(
        leaves,
        'Per-user setup: runs once for each virtual user, before its first iteration. The virtual user keeps its captures.',
      ).optional(),
      after: stepsSchema(
        leaves,
        'Teardown: runs once, after the load, even after Ctrl-C. Left out of every figure.',
      ).optional(),
      thresholds: list(thresholdSchema(leaves), {
        description: 'Absolute limits; the run fails if one is not met.',
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
