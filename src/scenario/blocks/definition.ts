/**
 * Every field of a scenario file with its name, reader and description. The loader checks files with it, and the JSON
 * Schema for editors is generated from it.
 */
import { Tables } from '../data/tables.js'
import * as fields from '../fields/fields.js'
import { readTarget } from '../fields/http-fields.js'
import { makeLeaves } from '../fields/leaves.js'
import { jsonSchema, map, type Output, readBy } from '../fields/schema.js'
import type { Tree, TreeProblem } from '../yaml/tree.js'
import { baselineSchema } from './baseline.js'
import { capacitySchema } from './capacity.js'
import { dataSchema } from './data.js'
import { httpSchema } from './http.js'
import { loadSchema } from './load.js'
import { observeSchema } from './observe.js'
import { profilesSchema } from './profiles.js'
import { readySchema } from './ready.js'
import { referenceSchema } from './reference.js'
import type { Names } from './request-names.js'
import { requestsSchema } from './requests.js'
import { stepSchema, stepsSchema } from './steps.js'
import { thresholdsSchema } from './thresholds.js'

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
  const { option, text, label } = leaves
  const step = stepSchema(leaves)
  return map(
    {
      extends: label(
        'A file to start from: maps are merged, lists and values replaced. Relative to this file.',
      ),
      name: text(fields.readName, "Name of the results and the baseline. Default: the file's name."),
      description: text(fields.readText, 'What the scenario is for.'),
      target: option(readTarget, { type: 'string' }, 'URL of the service, or demo for the built-in one.', {
        examples: ['demo', 'http://localhost:3000'],
      }),
      load: loadSchema(leaves).optional(),
      profiles: profilesSchema(leaves).optional(),
      http: httpSchema(leaves).optional(),
      data: dataSchema(leaves, tables).optional(),
      requests: requestsSchema(leaves, names, step),
      ready: readySchema(leaves).optional(),
      before: stepsSchema(
        step,
        'Setup: runs once, before the load. All virtual users know its captures. Left out of every figure.',
      ).optional(),
      beforeEach: stepsSchema(
        step,
        'Per-user setup: runs once for each virtual user, before its first iteration. The virtual user keeps its captures.',
      ).optional(),
      after: stepsSchema(
        step,
        'Teardown: runs once, after the load, even after Ctrl-C. Left out of every figure.',
      ).optional(),
      observe: observeSchema(leaves).optional(),
      thresholds: thresholdsSchema(leaves).optional(),
      baseline: baselineSchema(leaves).optional(),
      capacity: capacitySchema(leaves).optional(),
      reference: referenceSchema(leaves).optional(),
    },
    {
      description: 'A load test for perfctl.',
      sample: 'requests: [{ get: / }]',
      elsewhere: {
        config: 'it is a key of Artillery; perfctl help migrating shows what to write instead',
      },
      synonyms: {
        phases: 'load',
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
        waitFor: 'ready',
        health: 'ready',
        healthcheck: 'ready',
        environments: 'profiles',
        monitoring: 'observe',
        include: 'extends',
        import: 'extends',
      },
    },
  )
}
