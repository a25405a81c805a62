/**
 * A scenario as a value: what may stand in its file. Made from the schema by `npm run docs`.
 */

/** Filled in from the environment: `${NAME}`, or `${NAME:-default}`. */
type Variable = `${string}${'$'}{${string}}${string}`

/** A load test for perfctl. */
export interface ScenarioDefinition {
  /** A file that this one is laid over: maps are merged, lists and values replaced. Relative to this file. */
  readonly extends?: string | number | boolean | undefined
  /** Names results and the baseline. Default: the file's name. */
  readonly name?: string | number | boolean | undefined
  /** What the scenario stands for. */
  readonly description?: string | number | boolean | undefined
  /** demo, or the URL of the service. */
  readonly target?: string | undefined
  /** How much is sent when: virtual users (vus) or arrivals (rate). */
  readonly load?:
    | {
        /** Sent before the stages and left out of every figure: half the time up to their level, then steady. */
        readonly warmup?: string | 0 | undefined
        /** Ramps, one after the other. */
        readonly stages?:
          | readonly {
              /** How long the ramp takes; 0s is a jump. A burst alone takes no time. */
              readonly duration?: string | 0 | undefined
              /** So many arrivals at the same instant: the open model. */
              readonly burst?: number | Variable | undefined
              /** Virtual users at the end of the stage. */
              readonly vus?: number | Variable | undefined
              /** Arrivals per time at the end of the stage: the open model. */
              readonly rate?: string | undefined
              /** The value to start from, instead of the last one. */
              readonly from?: number | string | undefined
            }[]
          | undefined
        /** Virtual users all the time, instead of stages. */
        readonly vus?: number | Variable | undefined
        /** Arrivals per time all the time, instead of stages: the open model. */
        readonly rate?: string | undefined
        /** So many arrivals at the same instant: the open model. */
        readonly burst?: number | Variable | undefined
        /** With burst: again after so long, until the duration is over. */
        readonly every?: string | 0 | undefined
        /** Levels one after the other, each held for a while: to find where a service gives in. */
        readonly steps?:
          | {
              /** The first level: virtual users, or a rate. */
              readonly from: number | string
              /** The last level. */
              readonly to: number | string
              /** How much is added, or taken away, with each step. */
              readonly by: number | string
              /** How long each level lasts. */
              readonly every: string | 0
            }
          | undefined
        /** How long, with vus, rate or burst. */
        readonly duration?: string | 0 | undefined
        /** Ends the run after so many iterations, of all virtual users together. */
        readonly iterations?: number | Variable | undefined
        /** Each virtual user stops after so many iterations; with vus. */
        readonly iterationsPerVu?: number | Variable | undefined
        /** From the beginning of an iteration to the next of the same user, fixed or uniform over a range; instead of thinkTime. */
        readonly pacing?: string | 0 | undefined
        /** A pause after each iteration of a virtual user: fixed, or uniform over a range. */
        readonly thinkTime?: string | 0 | undefined
        /** How long requests in flight may finish after the end. */
        readonly gracefulStop?: string | 0 | undefined
        /** Iterations under way at once; arrivals beyond are dropped. */
        readonly maxVus?: number | Variable | undefined
        /** Evenly spaced, or at random as independent users come. */
        readonly arrivals?: 'even' | 'poisson' | Variable | undefined
      }
    | undefined
  /** Loads by name, for --profile: the same requests as a smoke test, a stress test, a soak test. Without load the first one is the default. */
  readonly profiles?:
    | Readonly<
        Record<
          string,
          {
            /** Sent before the stages and left out of every figure: half the time up to their level, then steady. */
            readonly warmup?: string | 0 | undefined
            /** Ramps, one after the other. */
            readonly stages?:
              | readonly {
                  /** How long the ramp takes; 0s is a jump. A burst alone takes no time. */
                  readonly duration?: string | 0 | undefined
                  /** So many arrivals at the same instant: the open model. */
                  readonly burst?: number | Variable | undefined
                  /** Virtual users at the end of the stage. */
                  readonly vus?: number | Variable | undefined
                  /** Arrivals per time at the end of the stage: the open model. */
                  readonly rate?: string | undefined
                  /** The value to start from, instead of the last one. */
                  readonly from?: number | string | undefined
                }[]
              | undefined
            /** Virtual users all the time, instead of stages. */
            readonly vus?: number | Variable | undefined
            /** Arrivals per time all the time, instead of stages: the open model. */
            readonly rate?: string | undefined
            /** So many arrivals at the same instant: the open model. */
            readonly burst?: number | Variable | undefined
            /** With burst: again after so long, until the duration is over. */
            readonly every?: string | 0 | undefined
            /** Levels one after the other, each held for a while: to find where a service gives in. */
            readonly steps?:
              | {
                  /** The first level: virtual users, or a rate. */
                  readonly from: number | string
                  /** The last level. */
                  readonly to: number | string
                  /** How much is added, or taken away, with each step. */
                  readonly by: number | string
                  /** How long each level lasts. */
                  readonly every: string | 0
                }
              | undefined
            /** How long, with vus, rate or burst. */
            readonly duration?: string | 0 | undefined
            /** Ends the run after so many iterations, of all virtual users together. */
            readonly iterations?: number | Variable | undefined
            /** Each virtual user stops after so many iterations; with vus. */
            readonly iterationsPerVu?: number | Variable | undefined
            /** From the beginning of an iteration to the next of the same user, fixed or uniform over a range; instead of thinkTime. */
            readonly pacing?: string | 0 | undefined
            /** A pause after each iteration of a virtual user: fixed, or uniform over a range. */
            readonly thinkTime?: string | 0 | undefined
            /** How long requests in flight may finish after the end. */
            readonly gracefulStop?: string | 0 | undefined
            /** Iterations under way at once; arrivals beyond are dropped. */
            readonly maxVus?: number | Variable | undefined
            /** Evenly spaced, or at random as independent users come. */
            readonly arrivals?: 'even' | 'poisson' | Variable | undefined
          }
        >
      >
    | undefined
  /** Defaults for every request. */
  readonly http?:
    | {
        /** For a whole request, to the last byte. */
        readonly timeout?: string | 0 | undefined
        /** For a connection to come about. */
        readonly connectTimeout?: string | 0 | undefined
        /** Headers; values may hold {{ ... }}. Values of authorization and cookie are never shown. */
        readonly headers?: Readonly<Record<string, string | number | boolean>> | undefined
        /** How to log in: sets the header authorization. Never shown. */
        readonly auth?:
          | {
              /** A token, sent as "Bearer <token>". */
              readonly bearer?: string | number | boolean | undefined
              /** user:password, sent in base64 (RFC 7617). */
              readonly basic?: string | number | boolean | undefined
            }
          | undefined
        /** Asks for compressed answers (gzip, deflate, br) and decodes each; wire: decodes only what checks look into. */
        readonly compression?: true | false | 'wire' | Variable | undefined
        /** A header with a unique id for each request; true: x-request-id. */
        readonly requestId?: string | boolean | undefined
        /** A traceparent header (W3C Trace Context) with a trace of its own for each request. */
        readonly trace?: boolean | undefined
        /** A cookie jar for each virtual user (RFC 6265), emptied before each iteration; keep: never emptied. */
        readonly cookies?: true | false | 'keep' | Variable | undefined
        /** How many redirects are followed as one request; 0: the redirect is the answer. */
        readonly redirects?: number | Variable | undefined
        readonly retries?:
          | number
          | Variable
          | {
              /** So often at most, after the first time. */
              readonly count: number | Variable
              /** The pause before: fixed, or at random from the first time to twice as long each time. Retry-After of a 429 or 503 lengthens it, up to the second time. */
              readonly backoff?: string | 0 | undefined
              /** What is worth another try: kinds of failure, and statuses. */
              readonly on?:
                | 'connect'
                | 'reset'
                | 'timeout'
                | 'dns'
                | 'tls'
                | 'protocol'
                | number
                | string
                | readonly ('connect' | 'reset' | 'timeout' | 'dns' | 'tls' | 'protocol' | number | string)[]
                | undefined
            }
          | undefined
        /** per-vu: each virtual user has its own; a number: so many are shared by all, and waiting for a free one is in the latency. */
        readonly connections?: number | Variable | 'per-vu' | undefined
        /** Keeps connections for the next request; false: a new one for each. */
        readonly keepAlive?: boolean | undefined
        /** With shared connections: so many requests at once on each; idempotent ones in a row, with http2 any as streams (default: 100). */
        readonly pipelining?: number | Variable | undefined
        /** Speaks HTTP/2 and nothing else: by ALPN over TLS, by prior knowledge without. */
        readonly http2?: boolean | undefined
        /** A unix socket to connect to, instead of the host; relative to this file. */
        readonly socketPath?: string | number | boolean | undefined
        /** A proxy (http, https, socks5; socks5h looks names up itself), or env: those of HTTPS_PROXY, http_proxy, ALL_PROXY and NO_PROXY. Its password is never shown. */
        readonly proxy?: string | undefined
        /** Connects to another address for a host and port; everything else stays (as --connect-to of curl). */
        readonly connectTo?: Readonly<Record<string, string | number | boolean>> | undefined
        /** How connections are encrypted. Files are relative to this one. */
        readonly tls?:
          | {
              /** A PEM file with the certificates that vouch for the service, instead of the usual ones. */
              readonly ca?: string | number | boolean | undefined
              /** A PEM file with the user's certificate, for services that ask for one (mTLS). */
              readonly cert?: string | number | boolean | undefined
              /** A PEM file with the private key of cert. */
              readonly key?: string | number | boolean | undefined
              /** What opens the key. Never shown. */
              readonly passphrase?: string | number | boolean | undefined
              /** The name to ask for (SNI) and to check, instead of the URL's. */
              readonly servername?: string | number | boolean | undefined
              /** Does not check certificates; so does -k. */
              readonly insecure?: boolean | undefined
              /** The oldest version of TLS to speak. */
              readonly minVersion?: string | number | boolean | undefined
              /** The newest version of TLS to speak. */
              readonly maxVersion?: string | number | boolean | undefined
              /** The ciphers to offer, as OpenSSL writes them. */
              readonly ciphers?: string | number | boolean | undefined
            }
          | undefined
      }
    | undefined
  /** Values for {{ name }}. */
  readonly data?:
    | Readonly<
        Record<
          string,
          | readonly (string | number | boolean | Readonly<Record<string, unknown>>)[]
          | {
              /** A .csv, .tsv, .json or .ndjson file, relative to this one. */
              readonly file?: string | number | boolean | undefined
              /** Values or rows; each iteration takes one at random. */
              readonly values?:
                | readonly (string | number | boolean | Readonly<Record<string, unknown>>)[]
                | undefined
              /** At random, in order, or in order and each row once over all workers. */
              readonly pick?: 'random' | 'sequential' | 'unique' | Variable | undefined
              /** When the rows run out: ends the run with an error (the default of unique), or begins again (of sequential). */
              readonly onEnd?: 'stop' | 'recycle' | Variable | undefined
              /** Between the fields of a CSV file. */
              readonly delimiter?: string | number | boolean | undefined
              /** The columns of a CSV file that has no header. */
              readonly columns?: readonly (string | number | boolean)[] | undefined
            }
        >
      >
    | undefined
  /** What is sent. Each iteration takes one, by weight. */
  readonly requests: readonly {
    /** Names it in figures, thresholds and baselines. Default: method and path. */
    readonly name?: string | number | boolean | undefined
    /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
    readonly get?: string | undefined
    /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
    readonly post?: string | undefined
    /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
    readonly put?: string | undefined
    /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
    readonly patch?: string | undefined
    /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
    readonly delete?: string | undefined
    /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
    readonly head?: string | undefined
    /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
    readonly options?: string | undefined
    /** Appended to the path as ?name=value, percent-encoded; a list: several pairs of one name. */
    readonly query?:
      | Readonly<Record<string, string | number | boolean | readonly (string | number | boolean)[]>>
      | undefined
    /** Headers; values may hold {{ ... }}. Values of authorization and cookie are never shown. */
    readonly headers?: Readonly<Record<string, string | number | boolean>> | undefined
    /** How to log in: sets the header authorization. Never shown. */
    readonly auth?:
      | {
          /** A token, sent as "Bearer <token>". */
          readonly bearer?: string | number | boolean | undefined
          /** user:password, sent in base64 (RFC 7617). */
          readonly basic?: string | number | boolean | undefined
        }
      | undefined
    /** A JSON body. A text that is one {{ number }} alone stays a number. */
    readonly json?: unknown | undefined
    /** A body of form fields, URL-encoded; a list: several of one name. */
    readonly form?:
      | Readonly<Record<string, string | number | boolean | readonly (string | number | boolean)[]>>
      | undefined
    /** A body as it is. */
    readonly body?: string | number | boolean | undefined
    /** A file, relative to this one, as the body. Its content type is that of its extension, unless headers say another. */
    readonly file?: string | number | boolean | undefined
    /** A body of form fields, texts, JSON or files, as multipart/form-data; a list: several of one name. */
    readonly multipart?:
      | Readonly<
          Record<
            string,
            | string
            | number
            | boolean
            | {
                /** The file, relative to this one. */
                readonly file?: string | number | boolean | undefined
                /** A text, in place of a file. */
                readonly text?: string | number | boolean | undefined
                /** JSON, in place of a file. */
                readonly json?: unknown | undefined
                /** Its content type. Default: that of the file's extension, application/json, none of a text. */
                readonly type?: string | number | boolean | undefined
                /** What a file is called in the form. Default: its own name. */
                readonly name?: string | number | boolean | undefined
              }
            | readonly (
                | string
                | number
                | boolean
                | {
                    /** The file, relative to this one. */
                    readonly file?: string | number | boolean | undefined
                    /** A text, in place of a file. */
                    readonly text?: string | number | boolean | undefined
                    /** JSON, in place of a file. */
                    readonly json?: unknown | undefined
                    /** Its content type. Default: that of the file's extension, application/json, none of a text. */
                    readonly type?: string | number | boolean | undefined
                    /** What a file is called in the form. Default: its own name. */
                    readonly name?: string | number | boolean | undefined
                  }
              )[]
          >
        >
      | undefined
    /** How many redirects are followed as one request; 0: the redirect is the answer. */
    readonly redirects?: number | Variable | undefined
    readonly retries?:
      | number
      | Variable
      | {
          /** So often at most, after the first time. */
          readonly count: number | Variable
          /** The pause before: fixed, or at random from the first time to twice as long each time. Retry-After of a 429 or 503 lengthens it, up to the second time. */
          readonly backoff?: string | 0 | undefined
          /** What is worth another try: kinds of failure, and statuses. */
          readonly on?:
            | 'connect'
            | 'reset'
            | 'timeout'
            | 'dns'
            | 'tls'
            | 'protocol'
            | number
            | string
            | readonly ('connect' | 'reset' | 'timeout' | 'dns' | 'tls' | 'protocol' | number | string)[]
            | undefined
        }
      | undefined
    /** When the answer is a success. */
    readonly expect?:
      | {
          /** The statuses that are a success. Default: below 400. */
          readonly status?: number | string | readonly (number | string)[] | undefined
          /** Headers with exactly these values. */
          readonly header?: Readonly<Record<string, string | number | boolean>> | undefined
          /** A text the body contains. */
          readonly body?: string | number | boolean | undefined
          /** A regular expression (of JavaScript) that the body matches, somewhere in it. */
          readonly matches?: string | number | boolean | undefined
          /** Values of a JSON body by path, such as $.items[0].id; .length of a list is how many entries it has. */
          readonly json?: Readonly<Record<string, string | number | boolean | null>> | undefined
          /** A slower answer is a failed request. */
          readonly maxLatency?: string | 0 | undefined
          /** A larger body, as it is transferred, is a failed request. */
          readonly maxSize?: string | undefined
        }
      | undefined
    /** Its share, in proportion to the other weights. */
    readonly weight?: number | Variable | undefined
    /** A journey instead of one request: steps in order, by one virtual user. */
    readonly steps?: readonly StepDefinition[] | undefined
  }[]
  /** Done once, before the load: logging in, making data. What it captures all virtual users know; it is in no figure. */
  readonly before?: readonly StepDefinition[] | undefined
  /** Done by each virtual user before its first iteration. What it captures the user keeps. */
  readonly beforeEach?: readonly StepDefinition[] | undefined
  /** Done once, after the load, also after Ctrl-C: cleaning up. It is in no figure. */
  readonly after?: readonly StepDefinition[] | undefined
  /** Absolute limits; the run fails when one is not met. */
  readonly thresholds?:
    | readonly (
        | string
        | {
            /** A metric, a comparison and a limit; "name: " in front limits one request. */
            readonly limit: string
            /** Ends the run as soon as the limit is broken. */
            readonly abort?: boolean | undefined
            /** With abort: not before so much of the measured part is over. */
            readonly after?: string | 0 | undefined
            /** With abort: not before so many requests are finished. */
            readonly minSamples?: number | Variable | undefined
          }
      )[]
    | undefined
  /** What the run is compared with. */
  readonly baseline?:
    | {
        /** Relative to this file. Default: baselines/<name>.json. */
        readonly file?: string | number | boolean | undefined
        /** How much worse than the baseline is still accepted. */
        readonly tolerance?:
          | {
              /** How much slower the median may get. */
              readonly p50?: string | number | undefined
              /** How much slower the 95th percentile may get. */
              readonly p95?: string | number | undefined
              /** How much slower the 99th percentile may get. */
              readonly p99?: string | number | undefined
              /** How much lower the throughput may get. */
              readonly throughput?: string | number | undefined
              /** By how many percentage points the share of failures may grow. */
              readonly error_rate?: string | number | undefined
            }
          | undefined
        /** Smaller differences of a latency are never a regression. */
        readonly minDelta?: string | 0 | undefined
      }
    | undefined
  /** What `run --confirm ab` holds the target against when the baseline raises a suspicion. */
  readonly reference?:
    | {
        /** Where the accepted version runs; demo for the built-in service. */
        readonly url?: string | undefined
        /** Starts the accepted version, for the shell; it listens on the port in PORT. */
        readonly command?: string | number | boolean | undefined
        /** With command: a path or URL that answers below 400 when it is ready. */
        readonly ready?: string | number | boolean | undefined
      }
    | undefined
}

/** A step: a request, a pause, or steps together. */
export interface StepDefinition {
  /** Names it in figures, thresholds and baselines. Default: method and path. */
  readonly name?: string | number | boolean | undefined
  /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
  readonly get?: string | undefined
  /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
  readonly post?: string | undefined
  /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
  readonly put?: string | undefined
  /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
  readonly patch?: string | undefined
  /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
  readonly delete?: string | undefined
  /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
  readonly head?: string | undefined
  /** The path, or a whole URL; values in {{ ... }} are percent-encoded. */
  readonly options?: string | undefined
  /** Appended to the path as ?name=value, percent-encoded; a list: several pairs of one name. */
  readonly query?:
    | Readonly<Record<string, string | number | boolean | readonly (string | number | boolean)[]>>
    | undefined
  /** Headers; values may hold {{ ... }}. Values of authorization and cookie are never shown. */
  readonly headers?: Readonly<Record<string, string | number | boolean>> | undefined
  /** How to log in: sets the header authorization. Never shown. */
  readonly auth?:
    | {
        /** A token, sent as "Bearer <token>". */
        readonly bearer?: string | number | boolean | undefined
        /** user:password, sent in base64 (RFC 7617). */
        readonly basic?: string | number | boolean | undefined
      }
    | undefined
  /** A JSON body. A text that is one {{ number }} alone stays a number. */
  readonly json?: unknown | undefined
  /** A body of form fields, URL-encoded; a list: several of one name. */
  readonly form?:
    | Readonly<Record<string, string | number | boolean | readonly (string | number | boolean)[]>>
    | undefined
  /** A body as it is. */
  readonly body?: string | number | boolean | undefined
  /** A file, relative to this one, as the body. Its content type is that of its extension, unless headers say another. */
  readonly file?: string | number | boolean | undefined
  /** A body of form fields, texts, JSON or files, as multipart/form-data; a list: several of one name. */
  readonly multipart?:
    | Readonly<
        Record<
          string,
          | string
          | number
          | boolean
          | {
              /** The file, relative to this one. */
              readonly file?: string | number | boolean | undefined
              /** A text, in place of a file. */
              readonly text?: string | number | boolean | undefined
              /** JSON, in place of a file. */
              readonly json?: unknown | undefined
              /** Its content type. Default: that of the file's extension, application/json, none of a text. */
              readonly type?: string | number | boolean | undefined
              /** What a file is called in the form. Default: its own name. */
              readonly name?: string | number | boolean | undefined
            }
          | readonly (
              | string
              | number
              | boolean
              | {
                  /** The file, relative to this one. */
                  readonly file?: string | number | boolean | undefined
                  /** A text, in place of a file. */
                  readonly text?: string | number | boolean | undefined
                  /** JSON, in place of a file. */
                  readonly json?: unknown | undefined
                  /** Its content type. Default: that of the file's extension, application/json, none of a text. */
                  readonly type?: string | number | boolean | undefined
                  /** What a file is called in the form. Default: its own name. */
                  readonly name?: string | number | boolean | undefined
                }
            )[]
        >
      >
    | undefined
  /** How many redirects are followed as one request; 0: the redirect is the answer. */
  readonly redirects?: number | Variable | undefined
  readonly retries?:
    | number
    | Variable
    | {
        /** So often at most, after the first time. */
        readonly count: number | Variable
        /** The pause before: fixed, or at random from the first time to twice as long each time. Retry-After of a 429 or 503 lengthens it, up to the second time. */
        readonly backoff?: string | 0 | undefined
        /** What is worth another try: kinds of failure, and statuses. */
        readonly on?:
          | 'connect'
          | 'reset'
          | 'timeout'
          | 'dns'
          | 'tls'
          | 'protocol'
          | number
          | string
          | readonly ('connect' | 'reset' | 'timeout' | 'dns' | 'tls' | 'protocol' | number | string)[]
          | undefined
      }
    | undefined
  /** When the answer is a success. */
  readonly expect?:
    | {
        /** The statuses that are a success. Default: below 400. */
        readonly status?: number | string | readonly (number | string)[] | undefined
        /** Headers with exactly these values. */
        readonly header?: Readonly<Record<string, string | number | boolean>> | undefined
        /** A text the body contains. */
        readonly body?: string | number | boolean | undefined
        /** A regular expression (of JavaScript) that the body matches, somewhere in it. */
        readonly matches?: string | number | boolean | undefined
        /** Values of a JSON body by path, such as $.items[0].id; .length of a list is how many entries it has. */
        readonly json?: Readonly<Record<string, string | number | boolean | null>> | undefined
        /** A slower answer is a failed request. */
        readonly maxLatency?: string | 0 | undefined
        /** A larger body, as it is transferred, is a failed request. */
        readonly maxSize?: string | undefined
      }
    | undefined
  /** Values of the answer by name, for later steps: {{ name }}. */
  readonly capture?:
    | Readonly<
        Record<
          string,
          | string
          | {
              /** A path into the JSON body, such as $.token; or a query (RFC 9535), such as $.items[*].id. */
              readonly json?: string | number | boolean | undefined
              /** A header of the answer. */
              readonly header?: string | number | boolean | undefined
              /** A regular expression (of JavaScript): its first group, or all that it matches. */
              readonly regex?: string | number | boolean | undefined
              /** A cookie that the answer sets. */
              readonly cookie?: string | number | boolean | undefined
              /** The whole body as text. */
              readonly body?: true | undefined
              /** The status. */
              readonly status?: true | undefined
              /** Which of several values that json or regex finds. */
              readonly pick?: 'first' | 'last' | 'random' | 'all' | Variable | undefined
              /** Without a value the step fails and the iteration ends; else the value is null. */
              readonly required?: boolean | undefined
              /** Stands in when the answer has no value. */
              readonly default?: string | number | boolean | null | undefined
            }
        >
      >
    | undefined
  /** Waits instead of sending: a fixed time, or uniform over a range. */
  readonly pause?: string | 0 | undefined
  /** Taken only when it holds: "{{ name }}" has a value, or a comparison (== != < <= > >= contains matches). */
  readonly if?: string | number | boolean | undefined
  /** Taken so many times, or a random number of times. */
  readonly repeat?: number | string | undefined
  /** With repeat: not again once it holds. */
  readonly until?: string | number | boolean | undefined
  /** Steps that are taken or repeated together. */
  readonly steps?: readonly StepDefinition[] | undefined
}
