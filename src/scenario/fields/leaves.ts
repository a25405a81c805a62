/**
 * The single values that the blocks of a scenario file consist of. Defaults are given as values; the documentation
 * shows them as a file would contain them.
 */
import { formatDuration } from '../../base/units.js'
import * as fields from './fields.js'
import { type Meta, type Optional, value } from './schema.js'
import * as units from './unit-fields.js'

/** What blocks make their values with: readers that know the file's environment and names. */
export type Leaves = ReturnType<typeof makeLeaves>

/** Makers of single values for one file. All but `leaf` make values that may be absent. */
export function makeLeaves(context: fields.Context) {
  const leaf = <T>(read: fields.Reader<T>, meta: Meta) =>
    value((tree, report) => fields.readWithoutSecrets(read, tree, context, report), meta)
  const option = <T>(read: fields.Reader<T>, type: Meta, description: string, more: Meta = {}): Optional<T> =>
    leaf(read, { ...type, description, ...more }).optional()
  return {
    leaf,
    option,
    text: <T>(read: fields.Reader<T>, description: string, more: Meta = {}) =>
      option(read, fields.TEXT, description, more),
    label: (description: string) => option(fields.readLabel, fields.TEXT, description),
    time: (description: string, preset?: number) =>
      option(units.readDuration, units.DURATION, description, presetOf(preset, formatDuration)),
    timeout: (description: string, preset?: number) =>
      option(units.readTimeout, units.DURATION, description, presetOf(preset, formatDuration)),
    range: (description: string, preset?: readonly [number, number]) =>
      option(units.readDurationRange, units.DURATION_RANGE, description, presetOf(preset, formatRange)),
    count: (min: number, max: number, description: string, preset?: number) =>
      option(units.countReader(min, max), units.wholeNumber(min, max), description, presetOf(preset)),
    rate: (description: string) => option(units.readRate, units.RATE, description),
    flag: (description: string, preset = false) =>
      option(fields.readFlag, { type: 'boolean' }, description, presetOf(preset)),
    choice: <const T extends string>(words: readonly T[], description: string, preset?: NoInfer<T>) =>
      option(fields.choiceReader(...words), fields.choice(...words), description, presetOf(preset)),
  }
}

/** A range as a file contains it: `100ms..1s`, or one duration. */
export function formatRange([from, to]: readonly [number, number]): string {
  return from === to ? formatDuration(from) : `${formatDuration(from)}..${formatDuration(to)}`
}

function presetOf<T>(preset: T | undefined, format: (preset: T) => unknown = (same) => same): Meta {
  return preset === undefined ? {} : { default: format(preset) }
}
