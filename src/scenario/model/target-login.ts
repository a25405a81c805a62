/**
 * Targets that carry a user and password, which are refused: they would end up in results, baselines and logs.
 */

/** Whether a text is a URL with a user or a password, which no message may quote. */
export function hasLogin(text: string): boolean {
  return /^\w*:?\/\/[^/?#]*@/.test(text)
}

/** What is wrong with such a URL, as in a scenario. */
export const NO_LOGIN = "a target can't contain a user or password"

/** What to do instead. */
export const LOGIN_HINT =
  "send them in a header with -H 'authorization: ...', or use http.auth in the scenario"
