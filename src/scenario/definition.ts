/**
 * Every field of a scenario file, once: its name, its reader, its description. The loader checks with it, and the
 * JSON Schema for editors is made from it.
 */
import { authSchema, checkAuth } from './auth.js'
import { expectSchema, type Leaf } from './expect.js'
import * as fields from './fields.js'
import { checkHeaderNames, readHeaderValue, readPath, readTarget } from './http-fields.js'
import * as json from './json-types.js'
import { checkDataNames, checkThreshold, explainData } from './keys.js'
import { referenceSchema } from './reference.js'
import { checkNames, checkRequest, METHODS } from './request.js'
import { jsonSchema, list, map, type Output, readBy, record, value } from './schema.js'
import { checkLoad, checkStage } from './stages.js'
import type { Mistake, Tree } from './tree.js'
import * as units from './unit-fields.js'

/** A scenario file with every value read, as it's written: short forms and defaults are still open. */
export type ScenarioInput = Output<ReturnType<typeof scenarioSchema>>

/** Reads a tree as a scenario file: its values, or all the mistakes in it. */
export function readFields(
  tree: Tree,
  context: fields.Context,
): { readonly input: ScenarioInput } | { readonly mistakes: readonly Mistake[] } {
  return readBy(scenarioSchema(context), tree)
}

/** The JSON Schema (draft 7) of scenario files. */
export function scenarioJsonSchema(): object {
  const nobody = { env: {}, names: [], requests: [] }
  return { ...jsonSchema(scenarioSchema(nobody)), title: 'perfctl scenario' }
}

function scenarioSchema(context: fields.Context) {
  const leaf: Leaf = (read, meta) =>
    value((tree, report) => fields.readDiscreetly(read, tree, context, report), meta)
  const headers = record(leaf(readHeaderValue, json.TEXT), {
    check: checkHeaderNames,
    description: 'Headers; values may hold {{ ... }}. Values of authorization and cookie are never shown.',
    examples: [{ accept: 'application/json' }],
  })
  const time = (description: string, preset?: string) =>
    leaf(units.readDuration, {
      ...json.DURATION,
      description,
      ...(preset && { default: preset }),
    }).optional()
  const timeout = (description: string, preset: string) =>
    leaf(units.readTimeout, { ...json.DURATION, description, default: preset }).optional()
  const count = (min: number, max: number, description: string, preset?: number) =>
    leaf(units.numberReader({ min, max, whole: true }), {
      ...json.wholeNumber(min, max),
      description,
      ...(preset !== undefined && { default: preset }),
    }).optional()
  const rate = (description: string) => leaf(units.readRate, { ...json.RATE, description }).optional()
  const tolerance = (preset: string, description: string) =>
    leaf(units.toleranceReader(preset.endsWith('pp')), {
      ...json.SHARE,
      description,
      default: preset,
    }).optional()

  const stage = map(
    {
      duration: leaf(units.readDuration, {
        ...json.DURATION,
        description: 'How long the ramp takes; 0s is a jump.',
      }),
      vus: count(0, 100_000, 'Virtual users at the end of the stage.'),
      rate: rate('Arrivals per time at the end of the stage: the open model.'),
      from: leaf(units.readFrom, {
        ...json.FROM,
        description: 'The value to start from, instead of the last one.',
      }).optional(),
    },
    {
      description: 'A linear ramp from the last value to this one.',
      sample: 'duration: 30s',
      synonyms: { target: 'vus', users: 'vus' },
      check: checkStage,
    },
  )

  const load = map(
    {
      warmup: time(
        'Sent before the stages and left out of every figure: half the time up to their level, then steady.',
        '0s',
      ),
      stages: list(stage, {
        description: 'Ramps, one after the other.',
        sample: '- { duration: 30s, vus: 20 }',
      }).optional(),
      vus: count(0, 100_000, 'Virtual users all the time, instead of stages.', 1),
      rate: rate('Arrivals per time all the time, instead of stages: the open model.'),
      duration: time('How long, with vus or rate.', '10s'),
      iterations: count(1, 1e9, 'Ends the run after so many iterations.'),
      thinkTime: leaf(units.readDurationRange, {
        ...json.DURATION_RANGE,
        description: 'A pause after each iteration of a virtual user: fixed, or uniform over a range.',
        default: '0s',
      }).optional(),
      gracefulStop: time('How long requests in flight may finish after the end.', '5s'),
      maxVus: count(1, 100_000, 'Iterations under way at once; arrivals beyond are dropped.', 1000),
      arrivals: leaf(fields.choiceReader('even', 'poisson'), {
        ...json.choice('even', 'poisson'),
        description: 'Evenly spaced, or at random as independent users come.',
        default: 'even',
      }).optional(),
    },
    {
      description: 'How much is sent when: virtual users (vus) or arrivals (rate).',
      sample: 'vus: 20',
      synonyms: {
        users: 'vus',
        concurrency: 'vus',
        connections: 'vus',
        rps: 'rate',
        arrivalRate: 'rate',
        sleep: 'thinkTime',
      },
      check: checkLoad,
    },
  )

  const http = map(
    {
      timeout: timeout('For a whole request, to the last byte.', '10s'),
      connectTimeout: timeout('For a connection to come about.', '5s'),
      headers: headers.optional(),
      auth: authSchema(leaf).optional(),
    },
    {
      description: 'Defaults for every request.',
      sample: 'timeout: 10s',
      later: [
        'connections',
        'keepAlive',
        'pipelining',
        'http2',
        'redirects',
        'retries',
        'cookies',
        'socketPath',
        'tls',
      ],
      check: checkAuth,
    },
  )

  const path = leaf(readPath, json.PATH).optional()
  const request = map(
    {
      name: leaf(fields.readLabel, {
        ...json.TEXT,
        description: 'Names it in figures, thresholds and baselines. Default: method and path.',
      }).optional(),
      weight: leaf(units.readWeight, {
        ...json.POSITIVE,
        description: 'Its share, in proportion to the other weights.',
        default: 1,
      }).optional(),
      ...(Object.fromEntries(METHODS.map((method) => [method, path])) as Record<
        (typeof METHODS)[number],
        typeof path
      >),
      query: record(leaf(fields.readTemplate, json.TEXT), {
        description: 'Appended to the path as ?name=value, percent-encoded.',
        examples: [{ q: '{{ word }}', page: 1 }],
      }).optional(),
      headers: headers.optional(),
      auth: authSchema(leaf).optional(),
      json: leaf(fields.readJson, {
        description: 'A JSON body. A text that is one {{ number }} alone stays a number.',
      }).optional(),
      form: record(leaf(fields.readTemplate, json.TEXT), {
        description: 'A body of form fields, URL-encoded.',
      }).optional(),
      body: leaf(fields.readTemplate, { ...json.TEXT, description: 'A body as it is.' }).optional(),
      expect: expectSchema(leaf).optional(),
    },
    {
      description: 'A request: one method with its path, and what is sent and expected.',
      sample: 'get: /',
      synonyms: { url: 'get', path: 'get', method: 'get', data: 'body', params: 'query', qs: 'query' },
      later: ['steps', 'capture', 'file', 'multipart'],
      check: checkRequest,
    },
  )

  const threshold = map(
    {
      limit: leaf(fields.readLimit, json.LIMIT),
      abort: leaf(fields.readFlag, {
        type: 'boolean',
        description: 'Ends the run as soon as the limit is broken.',
        default: false,
      }).optional(),
      after: time('With abort: not before so much of the measured part is over.', '5s'),
      minSamples: count(1, 1e9, 'With abort: not before so many requests are finished.', 50),
    },
    {
      description: 'A limit that may end the run early.',
      sample: 'limit: p95 < 200ms',
      shorthand: { key: 'limit', meta: json.LIMIT },
      check: checkThreshold,
    },
  )

  const baseline = map(
    {
      file: leaf(fields.readLabel, {
        ...json.TEXT,
        description: 'Relative to this file. Default: baselines/<name>.json.',
      }).optional(),
      tolerance: map(
        {
          p50: tolerance('10%', 'How much slower the median may get.'),
          p95: tolerance('15%', 'How much slower the 95th percentile may get.'),
          p99: tolerance('25%', 'How much slower the 99th percentile may get.'),
          throughput: tolerance('10%', 'How much lower the throughput may get.'),
          error_rate: tolerance('1pp', 'By how many percentage points the share of failures may grow.'),
        },
        { description: 'How much worse than the baseline is still accepted.', sample: 'p95: 15%' },
      ).optional(),
      minDelta: time('Smaller differences of a latency are never a regression.', '1ms'),
    },
    { description: 'What the run is compared with.', sample: 'minDelta: 1ms' },
  )

  return map(
    {
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
      load: load.optional(),
      http: http.optional(),
      data: record(
        list(leaf(fields.readFeederValue, json.TEXT), {
          description: 'Values; each iteration takes one at random.',
          sample: '- one',
          explain: explainData,
        }),
        { description: 'Values for {{ name }}.', check: checkDataNames },
      ).optional(),
      requests: list(request, {
        description: 'What is sent. Each iteration takes one, by weight.',
        sample: '- get: /',
        check: (report) => checkNames(context.requests, report),
      }),
      thresholds: list(threshold, {
        description: 'Absolute limits; the run fails when one is not met.',
        sample: '- p95 < 200ms',
      }).optional(),
      baseline: baseline.optional(),
      reference: referenceSchema(leaf).optional(),
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
      },
    },
  )
}
