/**
 * Numbers that YAML accepts but that wouldn't mean what was written.
 */

/** The problem of a number written as `text`; null if there is none. */
export function numberProblem(
  value: number,
  text: string,
): { readonly message: string; readonly hint: string } | null {
  if (!Number.isFinite(value))
    return {
      message: `${text} is not a finite number`,
      hint: 'write a finite number, or put text in quotes',
    }
  if (/^[-+]?0\d/.test(text))
    return {
      message: `${text} starts with a zero`,
      hint: `write ${value} for the number, "${text}" for the text`,
    }
  return null
}

/** The problem of a number stored as a float, which keeps about sixteen digits. */
export function floatProblem(
  value: number,
  text: string,
): { readonly message: string; readonly hint: string } | null {
  if (!/^[-+]?\d+$/.test(text) || Number.isSafeInteger(value)) return null
  return { message: `${text} is too large to be stored exactly`, hint: `put it in quotes: "${text}"` }
}
