/**
 * The single values that the blocks of a scenario file consist of.
 */
import * as fields from '../fields/fields.js'
import * as json from '../fields/json-types.js'
import { type Meta, value } from '../fields/schema.js'
import * as units from '../fields/unit-fields.js'

/** Makes a single value from its reader. */
export type Leaf = <T>(read: fields.Reader<T>, meta: Meta) => ReturnType<typeof value<T>>

/** What blocks make their values with: readers that know the file's environment and names. */
export type Leaves = ReturnType<typeof makeLeaves>

/** Makers of single values for one file. */
export function makeLeaves(context: fields.Context) {
  const leaf: Leaf = (read, meta) =>
    value((tree, report) => fields.readWithoutSecrets(read, tree, context, report), meta)
  return {
    leaf,
    time: (description: string, preset?: string) =>
      leaf(units.readDuration, {
        ...json.DURATION,
        description,
        ...(preset && { default: preset }),
      }).optional(),
    timeout: (description: string, preset: string) =>
      leaf(units.readTimeout, { ...json.DURATION, description, default: preset }).optional(),
    count: (min: number, max: number, description: string, preset?: number) =>
      leaf(units.numberReader({ min, max, whole: true }), {
        ...json.wholeNumber(min, max),
        description,
        ...(preset !== undefined && { default: preset }),
      }).optional(),
    rate: (description: string) => leaf(units.readRate, { ...json.RATE, description }).optional(),
    flag: (description: string, preset = false) =>
      leaf(fields.readFlag, { type: 'boolean', description, default: preset }).optional(),
    label: (description: string) => leaf(fields.readLabel, { ...json.TEXT, description }).optional(),
    tolerance: (preset: string, description: string) =>
      leaf(units.toleranceReader(preset.endsWith('pp')), {
        ...json.SHARE,
        description,
        default: preset,
      }).optional(),
  }
}
