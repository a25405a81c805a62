/**
 * A strict parser for Prometheus' text format 0.0.4: what it accepts, a scraper accepts. Throws at the first violation.
 */

export interface Family {
  readonly type: string
  readonly help: string
  readonly samples: { readonly name: string; readonly labels: Map<string, string>; readonly value: number }[]
}

export function readExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const families = new Map<string, Family>()
  let current: { name: string; family: Family } | null = null
  let help: { name: string; text: string } | null = null
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name, rest] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? []
    if (kind === 'HELP') {
      help = { name: name!, text: rest! }
    } else if (kind === 'TYPE') {
      if (families.has(name!)) throw new Error(`${name} comes twice`)
      if (help?.name !== name) throw new Error(`${name} has no help`)
      if (!['counter', 'gauge', 'histogram'].includes(rest!)) throw new Error(`${rest} is no type`)
      current = { name: name!, family: { type: rest!, help: help!.text, samples: [] } }
      families.set(name!, current.family)
    } else {
      const sample = readSample(line)
      const base =
        current?.family.type === 'histogram' ? sample.name.replace(/_(bucket|sum|count)$/, '') : sample.name
      if (current === null || base !== current.name) throw new Error(`not below its type: ${line}`)
      current.family.samples.push(sample)
    }
  }
  for (const [name, family] of families) check(name, family)
  return families
}

function readSample(line: string): Family['samples'][number] {
  const [, name, , inner, value] = /^([a-zA-Z_:][\w:]*)(\{(.*)\})? (\S+)$/s.exec(line) ?? []
  if (name === undefined) throw new Error(`not a sample: ${line}`)
  const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value)
  if (Number.isNaN(number)) throw new Error(`not a number: ${line}`)
  return { name, labels: readLabels(inner ?? ''), value: number }
}

function readLabels(text: string): Map<string, string> {
  const labels = new Map<string, string>()
  let rest = text
  while (rest !== '') {
    const match = /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/.exec(rest)
    if (match === null) throw new Error(`not a label: ${rest}`)
    if (labels.has(match[1]!)) throw new Error(`${match[1]} comes twice`)
    labels.set(
      match[1]!,
      match[2]!.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char)),
    )
    rest = rest.slice(match[0].length)
  }
  return labels
}

function check(name: string, { type, samples }: Family): void {
  const keys = samples.map((sample) => JSON.stringify([sample.name, [...sample.labels]]))
  if (new Set(keys).size !== keys.length) throw new Error(`${name}: a series comes twice`)
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`${name}: a counter without _total`)
  if (type === 'histogram') for (const series of seriesOf(samples)) checkHistogram(name, series)
}

/** Groups the samples of a histogram by their labels without `le`. */
function seriesOf(samples: Family['samples']): Family['samples'][] {
  const groups = new Map<string, Family['samples']>()
  for (const sample of samples) {
    const key = JSON.stringify([...sample.labels].filter(([label]) => label !== 'le'))
    groups.set(key, [...(groups.get(key) ?? []), sample])
  }
  return [...groups.values()]
}

function checkHistogram(name: string, samples: Family['samples']): void {
  const buckets = samples.filter((sample) => sample.name.endsWith('_bucket'))
  const bounds = buckets.map(({ labels }) =>
    labels.get('le') === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.get('le')),
  )
  const rises = (values: readonly number[], strictly: boolean) =>
    values.every((value, i) => i === 0 || (strictly ? value > values[i - 1]! : value >= values[i - 1]!))
  if (!rises(bounds, true) || bounds.at(-1) !== Number.POSITIVE_INFINITY)
    throw new Error(`${name}: bounds ${bounds}`)
  if (
    !rises(
      buckets.map(({ value }) => value),
      false,
    )
  )
    throw new Error(`${name}: buckets are not cumulative`)
  const count = samples.find((sample) => sample.name.endsWith('_count'))
  const sum = samples.find((sample) => sample.name.endsWith('_sum'))
  if (sum === undefined || count?.value !== buckets.at(-1)!.value) throw new Error(`${name}: no count or sum`)
}
