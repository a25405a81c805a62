/**
 * Numbers that YAML takes in, and that would not be what was written.
 */

/** What is wrong with a number that was written as `text`, and what to write instead; null when nothing is. */
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

/** The same for a number that is kept as a float, which has sixteen digits. */
export function floatProblem(
  value: number,
  text: string,
): { readonly message: string; readonly hint: string } | null {
  if (!/^[-+]?\d+$/.test(text) || Number.isSafeInteger(value)) return null
  return { message: `${text} is too large to be stored exactly`, hint: `put it in quotes: "${text}"` }
}
