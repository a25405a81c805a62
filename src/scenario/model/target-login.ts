/**
 * Targets with a user and password, which are rejected because they would end up in results, baselines and logs.
 */

/** Whether a text is a URL with a user or password, which no message may quote. */
export function hasLogin(text: string): boolean {
  return /^\w*:?\/\/[^/?#]*@/.test(text)
}

/** The problem of such a URL, the same as in a scenario. */
export const NO_LOGIN = "a target can't contain a user or password"

/** The hint for it. */
export const LOGIN_HINT =
  "send them in a header with -H 'authorization: ...', or use http.auth in the scenario"
