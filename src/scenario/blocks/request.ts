/**
 * The fields of requests, journeys and their steps.
 */

import * as fields from '../fields/fields.js'
import { readPath } from '../fields/http-fields.js'
import * as json from '../fields/json-types.js'
import { either, list, map, oneOrMore, record, recursive, type Schema } from '../fields/schema.js'
import * as units from '../fields/unit-fields.js'
import { authSchema } from './auth.js'
import { captureSchema } from './captures.js'
import { readCondition, readTimes } from './conditions.js'
import { expectSchema } from './expect.js'
import { headersSchema } from './http.js'
import type { Leaves } from './leaves.js'
import { checkPart, checkParts, readMediaType } from './multipart.js'
import { checkRequest, METHODS } from './request-spec.js'
import { redirectsField, retriesSchema } from './retries.js'
import { checkEntry, checkStep, type StepInput } from './steps.js'
import { readSentFile } from './uploads.js'

/** The fields that a request and a step of a journey share: method, body, expectations. */
function requestFields(leaves: Leaves) {
  const { leaf, label } = leaves
  const path = leaf(readPath, json.PATH).optional()
  const texts = oneOrMore(leaf(fields.readTemplate, json.TEXT), {
    description: 'Several pairs with this name, in this order.',
    sample: '- some text',
  })
  return {
    name: label('Name in figures, thresholds and baselines. Default: method and path.'),
    ...(Object.fromEntries(METHODS.map((method) => [method, path])) as Record<
      (typeof METHODS)[number],
      typeof path
    >),
    query: record(texts, {
      description: 'Query parameters, percent-encoded. A list repeats the name.',
      examples: [{ q: '{{ word }}', page: 1, tag: ['new', 'used'] }],
    }).optional(),
    headers: headersSchema(leaf).optional(),
    auth: authSchema(leaf).optional(),
    json: leaf(fields.readJson, {
      description: 'JSON body. A value that is a single {{ number }} stays a number.',
    }).optional(),
    form: record(texts, {
      description: 'Body of URL-encoded form fields. A list repeats the name.',
    }).optional(),
    body: leaf(fields.readTemplate, { ...json.TEXT, description: 'Body as text.' }).optional(),
    file: leaf(readSentFile, {
      ...json.TEXT,
      description:
        'File to send as the body, relative to this one. The content type follows from its extension unless headers set one.',
      examples: ['cover.png'],
    }).optional(),
    multipart: multipartSchema(leaves).optional(),
    redirects: redirectsField(leaves),
    retries: retriesSchema(leaves).optional(),
    expect: expectSchema(leaf).optional(),
  }
}

function multipartSchema({ leaf }: Leaves) {
  const long = map(
    {
      file: leaf(readSentFile, {
        ...json.TEXT,
        description: 'File to upload, relative to this one.',
        examples: ['cover.png'],
      }).optional(),
      text: leaf(fields.readTemplate, {
        ...json.TEXT,
        description: 'Text, instead of a file.',
      }).optional(),
      json: leaf(fields.readJson, { description: 'JSON, instead of a file.' }).optional(),
      type: leaf(readMediaType, {
        ...json.TEXT,
        description:
          "Content type. Default: by the file's extension, application/json for JSON, none for text.",
        examples: ['image/png'],
      }).optional(),
      name: leaf(fields.readTemplate, {
        ...json.TEXT,
        description: 'File name in the form. Default: the name of the file.',
        examples: ['{{ uuid() }}.png'],
      }).optional(),
    },
    {
      description: 'A file to upload, or text or JSON with a content type.',
      sample: 'file: cover.png',
      check: checkPart,
      synonyms: {
        path: 'file',
        src: 'file',
        value: 'text',
        filename: 'name',
        fileName: 'name',
        contentType: 'type',
        content_type: 'type',
        mimeType: 'type',
      },
    },
  )
  const part = either(leaf(fields.readTemplate, json.TEXT), long)
  const parts = oneOrMore(part, {
    description: 'Several fields with this name, in this order.',
    sample: '- some text',
  })
  return record(parts, {
    description: 'Body of multipart/form-data with text, JSON and files. A list repeats the name.',
    examples: [{ title: 'some text', upload: { file: 'cover.png' }, tags: ['one', 'two'] }],
    check: checkParts,
  })
}

/** Keys of other tools, and the key here that means the same. */
const SYNONYMS = {
  url: 'get',
  path: 'get',
  method: 'get',
  data: 'body',
  bodyFile: 'file',
  formData: 'multipart',
  formdata: 'multipart',
  params: 'query',
  qs: 'query',
} as const

/** Keys of other tools that have no single counterpart. */
const ELSEWHERE = {
  graphql: 'write it as JSON: post: /graphql with json: { query: "...", variables: { ... } }',
} as const

/** An entry of `requests`: a request, or a journey of several steps. */
export function requestSchema(leaves: Leaves) {
  return map(
    {
      ...requestFields(leaves),
      weight: leaves
        .leaf(units.readWeight, {
          ...json.POSITIVE,
          description: 'Share of the iterations, relative to the other weights.',
          default: 1,
        })
        .optional(),
      steps: stepsSchema(leaves, 'A journey: requests that one virtual user sends in order.').optional(),
    },
    {
      description:
        'A request: one method with its path, and what is sent and expected; or a journey of steps.',
      sample: 'get: /',
      synonyms: { ...SYNONYMS, flow: 'steps' },
      elsewhere: {
        ...ELSEWHERE,
        capture:
          'captured values are for later steps: make it a journey, steps: [{ get: ..., capture: ... }, ...]',
        pause: 'make the pause a step of a journey; for a pause between iterations, use load.thinkTime',
        if: 'put the condition on a step of a journey',
        repeat: 'repeat a step of a journey; to send a request more often, give it a larger weight',
      },
      check(entry, report, hasUnknown) {
        if (entry.steps !== undefined) checkEntry(entry, report)
        else checkRequest(entry, report, hasUnknown)
      },
    },
  )
}

/** The steps of a journey, or of a phase before or after the load. */
export function stepsSchema(leaves: Leaves, description: string) {
  return list(stepSchema(leaves), { description, sample: '- get: /' })
}

function stepSchema(leaves: Leaves): Schema<StepInput> {
  const { leaf } = leaves
  const step: Schema<StepInput> = map(
    {
      ...requestFields(leaves),
      capture: captureSchema(leaves).optional(),
      pause: leaf(units.readDurationRange, {
        ...json.DURATION_RANGE,
        description: 'Wait instead of sending, for a fixed time or a random range.',
      }).optional(),
      if: leaf(readCondition, {
        ...json.TEXT,
        description:
          'Run the step only if this holds: "{{ name }}" has a value, or a comparison (== != < <= > >= contains matches).',
        examples: ['{{ status }} == open', 'not {{ token }}'],
      }).optional(),
      repeat: leaf(readTimes, {
        type: ['integer', 'string'],
        description: 'Number of times to run the step; a range is random.',
        examples: [3, '1..5'],
      }).optional(),
      until: leaf(readCondition, {
        ...json.TEXT,
        description: 'With repeat: stop once this holds.',
        examples: ['{{ status }} == done'],
      }).optional(),
      steps: list(
        recursive(() => step),
        { description: 'A group of steps that if and repeat apply to.', sample: '- get: /' },
      ).optional(),
    },
    {
      description: 'A step: a request, a pause, or a group of steps.',
      sample: 'get: /',
      synonyms: {
        ...SYNONYMS,
        think: 'pause',
        sleep: 'pause',
        wait: 'pause',
        loop: 'repeat',
        ifTrue: 'if',
        extract: 'capture',
        when: 'if',
      },
      elsewhere: {
        ...ELSEWHERE,
        weight: 'put the weight on the entry of requests: steps run in order',
      },
      check: checkStep,
    },
  )
  return step
}
