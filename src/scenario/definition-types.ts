/**
 * A scenario as a value: the keys of its file. Generated from the schema by `npm run docs`.
 */

/** Filled in from the environment: `${NAME}`, or `${NAME:-default}`. */
type Variable = `${string}${'$'}{${string}}${string}`

/** A load test for perfctl. */
export interface ScenarioDefinition {
  /** A file to start from: maps are merged, lists and values replaced. Relative to this file. */
  readonly extends?: string | number | boolean | undefined
  /** Name of the results and the baseline. Default: the file's name. */
  readonly name?: string | number | boolean | undefined
  /** What the scenario is for. */
  readonly description?: string | number | boolean | undefined
  /** URL of the service, or demo for the built-in one. */
  readonly target?: string | undefined
  /** The load: virtual users (vus) or arrivals (rate) over time. */
  readonly load?:
    | {
        /** Load before the stages, left out of every figure: ramps up for half of the time, then holds. */
        readonly warmup?: string | 0 | undefined
        /** Ramps, in order. */
        readonly stages?:
          | readonly {
              /** Length of the ramp; 0s jumps. A burst needs none. */
              readonly duration?: string | 0 | undefined
              /** Number of arrivals at the same instant (open model). */
              readonly burst?: number | Variable | undefined
              /** Virtual users at the end of the stage (closed model). */
              readonly vus?: number | Variable | undefined
              /** Arrival rate at the end of the stage (open model). */
              readonly rate?: string | undefined
              /** Value to start from, instead of the previous one. */
              readonly from?: number | string | undefined
            }[]
          | undefined
        /** Constant number of virtual users, instead of stages (closed model). */
        readonly vus?: number | Variable | undefined
        /** Constant arrival rate, instead of stages (open model). */
        readonly rate?: string | undefined
        /** Number of arrivals at the same instant (open model). */
        readonly burst?: number | Variable | undefined
        /** With burst: interval at which it repeats until the end of the duration. */
        readonly every?: string | 0 | undefined
        /** Increasing or decreasing levels, each held for a while, to find where a service breaks. */
        readonly steps?:
          | {
              /** First level: virtual users or a rate. */
              readonly from: number | string
              /** Last level. */
              readonly to: number | string
              /** Difference between two levels. */
              readonly by: number | string
              /** How long each level is held. */
              readonly every: string | 0
            }
          | undefined
        /** Length of the load, with vus, rate or burst. */
        readonly duration?: string | 0 | undefined
        /** Ends the run after this many iterations of all virtual users together. */
        readonly iterations?: number | Variable | undefined
        /** With vus: each virtual user stops after this many iterations. */
        readonly iterationsPerVu?: number | Variable | undefined
        /** Interval between the starts of a virtual user's iterations, fixed or a random range; instead of thinkTime. */
        readonly pacing?: string | 0 | undefined
        /** Pause of a virtual user after each iteration, fixed or a random range. */
        readonly thinkTime?: string | 0 | undefined
        /** Time for requests in flight to finish at the end. */
        readonly gracefulStop?: string | 0 | undefined
        /** Maximum number of concurrent iterations; arrivals beyond that are dropped. */
        readonly maxVus?: number | Variable | undefined
        /** even: at regular intervals; poisson: at random intervals, as from independent users. */
        readonly arrivals?: 'even' | 'poisson' | Variable | undefined
      }
    | undefined
  /** Named loads for --profile, such as a smoke test and a stress test. Without load, the first one is the default. */
  readonly profiles?:
    | Readonly<
        Record<
          string,
          {
            /** Load before the stages, left out of every figure: ramps up for half of the time, then holds. */
            readonly warmup?: string | 0 | undefined
            /** Ramps, in order. */
            readonly stages?:
              | readonly {
                  /** Length of the ramp; 0s jumps. A burst needs none. */
                  readonly duration?: string | 0 | undefined
                  /** Number of arrivals at the same instant (open model). */
                  readonly burst?: number | Variable | undefined
                  /** Virtual users at the end of the stage (closed model). */
                  readonly vus?: number | Variable | undefined
                  /** Arrival rate at the end of the stage (open model). */
                  readonly rate?: string | undefined
                  /** Value to start from, instead of the previous one. */
                  readonly from?: number | string | undefined
                }[]
              | undefined
            /** Constant number of virtual users, instead of stages (closed model). */
            readonly vus?: number | Variable | undefined
            /** Constant arrival rate, instead of stages (open model). */
            readonly rate?: string | undefined
            /** Number of arrivals at the same instant (open model). */
            readonly burst?: number | Variable | undefined
            /** With burst: interval at which it repeats until the end of the duration. */
            readonly every?: string | 0 | undefined
            /** Increasing or decreasing levels, each held for a while, to find where a service breaks. */
            readonly steps?:
              | {
                  /** First level: virtual users or a rate. */
                  readonly from: number | string
                  /** Last level. */
                  readonly to: number | string
                  /** Difference between two levels. */
                  readonly by: number | string
                  /** How long each level is held. */
                  readonly every: string | 0
                }
              | undefined
            /** Length of the load, with vus, rate or burst. */
            readonly duration?: string | 0 | undefined
            /** Ends the run after this many iterations of all virtual users together. */
            readonly iterations?: number | Variable | undefined
            /** With vus: each virtual user stops after this many iterations. */
            readonly iterationsPerVu?: number | Variable | undefined
            /** Interval between the starts of a virtual user's iterations, fixed or a random range; instead of thinkTime. */
            readonly pacing?: string | 0 | undefined
            /** Pause of a virtual user after each iteration, fixed or a random range. */
            readonly thinkTime?: string | 0 | undefined
            /** Time for requests in flight to finish at the end. */
            readonly gracefulStop?: string | 0 | undefined
            /** Maximum number of concurrent iterations; arrivals beyond that are dropped. */
            readonly maxVus?: number | Variable | undefined
            /** even: at regular intervals; poisson: at random intervals, as from independent users. */
            readonly arrivals?: 'even' | 'poisson' | Variable | undefined
          }
        >
      >
    | undefined
  /** Defaults for every request. */
  readonly http?:
    | {
        /** Time limit for a request, to the last byte of the response. */
        readonly timeout?: string | 0 | undefined
        /** Time limit for opening a connection. */
        readonly connectTimeout?: string | 0 | undefined
        /** Headers; values may contain {{ ... }}. Values of authorization and cookie are never shown. */
        readonly headers?: Readonly<Record<string, string | number | boolean>> | undefined
        /** Credentials for the authorization header. Never shown. */
        readonly auth?:
          | {
              /** Token, sent as "Bearer <token>". */
              readonly bearer?: string | number | boolean | undefined
              /** user:password, sent in base64 (RFC 7617). */
              readonly basic?: string | number | boolean | undefined
            }
          | undefined
        /** Ask for compressed responses (gzip, deflate, br) and decode them; wire: decode only those that checks need. */
        readonly compression?: true | false | 'wire' | Variable | undefined
        /** Header with a unique id for each request; true: x-request-id. */
        readonly requestId?: string | boolean | undefined
        /** Send a traceparent header (W3C Trace Context) with a new trace id for each request. */
        readonly trace?: boolean | undefined
        /** Cookie jar for each virtual user (RFC 6265), reset before each iteration; keep: never reset. */
        readonly cookies?: true | false | 'keep' | Variable | undefined
        /** How many redirects to follow as part of a request; 0: the redirect is the response. */
        readonly redirects?: number | Variable | undefined
        readonly retries?:
          | number
          | Variable
          | {
              /** Maximum number of retries of a request. */
              readonly count: number | Variable
              /** Pause before a retry: fixed, or a range in which it doubles from the first duration to the second, with jitter. The Retry-After header of a 429 or 503 extends it, up to the second duration. */
              readonly backoff?: string | 0 | undefined
              /** Kinds of failure and statuses to retry. */
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
        /** per-vu: one for each virtual user; a number: a pool shared by all. Waiting for a free connection is part of the latency. */
        readonly connections?: number | Variable | 'per-vu' | undefined
        /** Reuse connections; false: open a new one for each request. */
        readonly keepAlive?: boolean | undefined
        /** With shared connections: number of requests at the same time on each. HTTP/1.1: only idempotent requests; HTTP/2: all, as streams (default: 100). */
        readonly pipelining?: number | Variable | undefined
        /** Speak HTTP/2 only: by ALPN over TLS, with prior knowledge without TLS. */
        readonly http2?: boolean | undefined
        /** Unix socket to connect to, instead of the host; relative to this file. */
        readonly socketPath?: string | number | boolean | undefined
        /** URL of a proxy (http, https, socks5, or socks5h, which resolves names itself), or env to use HTTPS_PROXY, http_proxy, ALL_PROXY and NO_PROXY. Its password is never shown. */
        readonly proxy?: string | undefined
        /** Another address to connect to for a host and port, as with curl --connect-to. URL and certificate check stay the same. */
        readonly connectTo?: Readonly<Record<string, string | number | boolean>> | undefined
        /** Encryption of connections. Files are relative to this one. */
        readonly tls?:
          | {
              /** PEM file of the certificate authorities to trust, instead of the default ones. */
              readonly ca?: string | number | boolean | undefined
              /** PEM file of the client certificate (mTLS). */
              readonly cert?: string | number | boolean | undefined
              /** PEM file of the private key of cert. */
              readonly key?: string | number | boolean | undefined
              /** Passphrase of the key. Never shown. */
              readonly passphrase?: string | number | boolean | undefined
              /** Host name for SNI and the certificate check, instead of the URL's. */
              readonly servername?: string | number | boolean | undefined
              /** Do not verify certificates, as with -k. */
              readonly insecure?: boolean | undefined
              /** Oldest TLS version to accept. */
              readonly minVersion?: string | number | boolean | undefined
              /** Newest TLS version to accept. */
              readonly maxVersion?: string | number | boolean | undefined
              /** Ciphers to offer, in OpenSSL's notation. */
              readonly ciphers?: string | number | boolean | undefined
            }
          | undefined
      }
    | undefined
  /** Test data for {{ name }}. */
  readonly data?:
    | Readonly<
        Record<
          string,
          | readonly (string | number | boolean | Readonly<Record<string, unknown>>)[]
          | {
              /** A .csv, .tsv, .json or .ndjson file, relative to this one. */
              readonly file?: string | number | boolean | undefined
              /** Values or rows; each iteration takes a random one. */
              readonly values?:
                | readonly (string | number | boolean | Readonly<Record<string, unknown>>)[]
                | undefined
              /** random: any row; sequential: in order; unique: in order, each row once over all workers. */
              readonly pick?: 'random' | 'sequential' | 'unique' | Variable | undefined
              /** When the rows run out: stop ends the run with an error (default of unique); recycle starts again (default of sequential). */
              readonly onEnd?: 'stop' | 'recycle' | Variable | undefined
              /** Separator of the fields of a CSV file. */
              readonly delimiter?: string | number | boolean | undefined
              /** Names of the columns, for a CSV file without a header. */
              readonly columns?: readonly (string | number | boolean)[] | undefined
            }
        >
      >
    | undefined
  /** The requests to send. Each iteration picks one by weight. */
  readonly requests: readonly (RequestKeys & {
    /** Share of the iterations, relative to the other weights. */
    readonly weight?: number | Variable | undefined
    /** A journey: requests that one virtual user sends in order. */
    readonly steps?: readonly StepDefinition[] | undefined
  })[]
  readonly ready?:
    | string
    | {
        /** Path or whole URL that is asked, with the headers under http, until the status is below 400. Nothing else is sent before. */
        readonly get: string
        /** Time limit for that answer; without one, the run ends with exit code 3. */
        readonly within?: string | 0 | undefined
        /** If the answer takes longer than this, the result says that the service is degraded. */
        readonly degraded?: string | 0 | undefined
      }
    | undefined
  /** Setup: runs once, before the load. All virtual users know its captures. Left out of every figure. */
  readonly before?: readonly StepDefinition[] | undefined
  /** Per-user setup: runs once for each virtual user, before its first iteration. The virtual user keeps its captures. */
  readonly beforeEach?: readonly StepDefinition[] | undefined
  /** Teardown: runs once, after the load, even after Ctrl-C. Left out of every figure. */
  readonly after?: readonly StepDefinition[] | undefined
  /** What is read beside latencies: from the responses, from the processes of the service, and from its metrics. */
  readonly observe?:
    | {
        /** The Server-Timing header: a latency summary for each request and name. true: every name, up to 20 for each request; or a list of names. */
        readonly serverTiming?: boolean | readonly string[] | undefined
        /** The share of responses from a cache, by the headers Cache-Status, X-Cache, CF-Cache-Status, Age and the like. */
        readonly cache?: boolean | undefined
        /** CPU time and memory of the service, with all processes that it starts; Linux only. auto: of the demo service; port: of what listens on it on this machine; pid: of that process. */
        readonly process?:
          | 'auto'
          | Variable
          | {
              /** The process that listens on this port of this machine. */
              readonly port: number | Variable
            }
          | {
              /** The process with this id on this machine. */
              readonly pid: number | Variable
            }
          | undefined
        /** Metrics that the service reports in the Prometheus text format, read once a second. */
        readonly metrics?:
          | {
              /** Path or whole URL of the page with the metrics. A page of the target gets the headers under http. */
              readonly url: string
              /** Headers; values may contain {{ ... }}. Values of authorization and cookie are never shown. */
              readonly headers?: Readonly<Record<string, string | number | boolean>> | undefined
              /** Credentials for the authorization header. Never shown. */
              readonly auth?:
                | {
                    /** Token, sent as "Bearer <token>". */
                    readonly bearer?: string | number | boolean | undefined
                    /** user:password, sent in base64 (RFC 7617). */
                    readonly basic?: string | number | boolean | undefined
                  }
                | undefined
              /** Names for up to 50 figures, each with an expression: names of metrics, which stand for the sum of all series that match, rate(...), numbers, + - * / and parentheses. */
              readonly take: Readonly<Record<string, string | number | boolean>>
            }
          | undefined
      }
    | undefined
  /** Absolute limits; the run fails if one is not met. */
  readonly thresholds?:
    | readonly (
        | string
        | {
            /** Metric, comparison and limit; "name: " in front limits one request. */
            readonly limit: string
            /** End the run as soon as the limit is broken. */
            readonly abort?: boolean | undefined
            /** With abort: earliest time in the measured part. */
            readonly after?: string | 0 | undefined
            /** With abort: minimum number of completed requests. */
            readonly minSamples?: number | Variable | undefined
          }
      )[]
    | undefined
  /** What to compare the run with. */
  readonly baseline?:
    | {
        /** Baseline file, relative to this one. Default: baselines/<name>.json. */
        readonly file?: string | number | boolean | undefined
        /** How much worse than the baseline is acceptable. */
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
              /** How much less the capacity may get that perfctl capacity finds. */
              readonly capacity?: string | number | undefined
              /** How many percentage points the error rate may increase. */
              readonly error_rate?: string | number | undefined
              /** How much more CPU time the service may use per request; with observe.process. */
              readonly cpu_per_request?: string | number | undefined
            }
          | undefined
        /** Smaller differences of a latency are never a regression. */
        readonly minDelta?: string | 0 | undefined
      }
    | undefined
  /** How perfctl capacity searches the largest load that the service carries within its limits. */
  readonly capacity?:
    | {
        /** What is searched. rate: arrivals per second, as from the public; vus: virtual users that wait for each response. */
        readonly of?: 'rate' | 'vus' | Variable | undefined
        /** The limits that a load has to keep. Default: the thresholds. */
        readonly slo?: readonly string[] | undefined
        /** The first load: a rate, or a number of virtual users. Default: half of what 4 users reach in 5 s; 1 user. */
        readonly from?: number | string | undefined
        /** The most to send. Required unless the service is on this machine. */
        readonly max?: number | string | undefined
        /** How close the two bounds come to each other. */
        readonly width?: string | number | undefined
        /** How long a load is measured at a time, in whole seconds. */
        readonly trial?: string | 0 | undefined
        /** Load before each trial, left out of its figures. */
        readonly settle?: string | 0 | undefined
        /** Trial time at a load before it counts as carried. */
        readonly sum?: string | 0 | undefined
        /** Share of this time that may miss the limits. */
        readonly exceed?: string | number | undefined
        /** The longest time for everything. */
        readonly budget?: string | 0 | undefined
      }
    | undefined
  /** The accepted version that `run --confirm ab` compares with if the baseline suspects a regression. */
  readonly reference?:
    | {
        /** URL of the accepted version; demo for the built-in service. */
        readonly url?: string | undefined
        /** Shell command that starts the accepted version, which listens on the port in PORT. */
        readonly command?: string | number | boolean | undefined
        /** With command: path or URL that responds with a status below 400 once the service is ready. */
        readonly ready?: string | number | boolean | undefined
      }
    | undefined
}

/** What requests and steps have in common. */
interface RequestKeys {
  /** Name in figures, thresholds and baselines. Default: method and path. */
  readonly name?: string | number | boolean | undefined
  /** Path or whole URL; values in {{ ... }} are percent-encoded. */
  readonly get?: string | undefined
  /** Path or whole URL; values in {{ ... }} are percent-encoded. */
  readonly post?: string | undefined
  /** Path or whole URL; values in {{ ... }} are percent-encoded. */
  readonly put?: string | undefined
  /** Path or whole URL; values in {{ ... }} are percent-encoded. */
  readonly patch?: string | undefined
  /** Path or whole URL; values in {{ ... }} are percent-encoded. */
  readonly delete?: string | undefined
  /** Path or whole URL; values in {{ ... }} are percent-encoded. */
  readonly head?: string | undefined
  /** Path or whole URL; values in {{ ... }} are percent-encoded. */
  readonly options?: string | undefined
  /** Query parameters, percent-encoded. A list repeats the name. */
  readonly query?:
    | Readonly<Record<string, string | number | boolean | readonly (string | number | boolean)[]>>
    | undefined
  /** Headers; values may contain {{ ... }}. Values of authorization and cookie are never shown. */
  readonly headers?: Readonly<Record<string, string | number | boolean>> | undefined
  /** Credentials for the authorization header. Never shown. */
  readonly auth?:
    | {
        /** Token, sent as "Bearer <token>". */
        readonly bearer?: string | number | boolean | undefined
        /** user:password, sent in base64 (RFC 7617). */
        readonly basic?: string | number | boolean | undefined
      }
    | undefined
  /** JSON body. A value that is a single {{ number }} stays a number. */
  readonly json?: unknown | undefined
  /** Body of URL-encoded form fields. A list repeats the name. */
  readonly form?:
    | Readonly<Record<string, string | number | boolean | readonly (string | number | boolean)[]>>
    | undefined
  /** Body as text. */
  readonly body?: string | number | boolean | undefined
  /** File to send as the body, relative to this one. The content type follows from its extension unless headers set one. */
  readonly file?: string | number | boolean | undefined
  /** Body of multipart/form-data with text, JSON and files. A list repeats the name. */
  readonly multipart?:
    | Readonly<
        Record<
          string,
          | string
          | number
          | boolean
          | {
              /** File to upload, relative to this one. */
              readonly file?: string | number | boolean | undefined
              /** Text, instead of a file. */
              readonly text?: string | number | boolean | undefined
              /** JSON, instead of a file. */
              readonly json?: unknown | undefined
              /** Content type. Default: by the file's extension, application/json for JSON, none for text. */
              readonly type?: string | number | boolean | undefined
              /** File name in the form. Default: the name of the file. */
              readonly name?: string | number | boolean | undefined
            }
          | readonly (
              | string
              | number
              | boolean
              | {
                  /** File to upload, relative to this one. */
                  readonly file?: string | number | boolean | undefined
                  /** Text, instead of a file. */
                  readonly text?: string | number | boolean | undefined
                  /** JSON, instead of a file. */
                  readonly json?: unknown | undefined
                  /** Content type. Default: by the file's extension, application/json for JSON, none for text. */
                  readonly type?: string | number | boolean | undefined
                  /** File name in the form. Default: the name of the file. */
                  readonly name?: string | number | boolean | undefined
                }
            )[]
        >
      >
    | undefined
  /** How many redirects to follow as part of a request; 0: the redirect is the response. */
  readonly redirects?: number | Variable | undefined
  readonly retries?:
    | number
    | Variable
    | {
        /** Maximum number of retries of a request. */
        readonly count: number | Variable
        /** Pause before a retry: fixed, or a range in which it doubles from the first duration to the second, with jitter. The Retry-After header of a 429 or 503 extends it, up to the second duration. */
        readonly backoff?: string | 0 | undefined
        /** Kinds of failure and statuses to retry. */
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
  /** Checks that a response must pass. */
  readonly expect?:
    | {
        /** Expected statuses. Default: below 400. */
        readonly status?: number | string | readonly (number | string)[] | undefined
        /** Headers with exactly these values. */
        readonly header?: Readonly<Record<string, string | number | boolean>> | undefined
        /** Text that the body must contain. */
        readonly body?: string | number | boolean | undefined
        /** JavaScript regular expression that must match somewhere in the body. */
        readonly matches?: string | number | boolean | undefined
        /** Values in a JSON body by path, such as $.items[0].id; .length is the number of entries of a list. */
        readonly json?: Readonly<Record<string, string | number | boolean | null>> | undefined
        /** Maximum latency; a slower response fails. */
        readonly maxLatency?: string | 0 | undefined
        /** Maximum body size as transferred; a larger body fails. */
        readonly maxSize?: string | undefined
      }
    | undefined
}

/** A step: a request, a pause, or a group of steps. */
export interface StepDefinition extends RequestKeys {
  /** Values of the response to keep for later steps, as {{ name }}. */
  readonly capture?:
    | Readonly<
        Record<
          string,
          | string
          | {
              /** Path into the JSON body, such as $.token, or a query (RFC 9535), such as $.items[*].id. */
              readonly json?: string | number | boolean | undefined
              /** Name of a response header. */
              readonly header?: string | number | boolean | undefined
              /** JavaScript regular expression: its first group, or the whole match. */
              readonly regex?: string | number | boolean | undefined
              /** Name of a cookie that the response sets. */
              readonly cookie?: string | number | boolean | undefined
              /** The whole body as text. */
              readonly body?: true | undefined
              /** The status. */
              readonly status?: true | undefined
              /** Which one to take if json or regex finds several values. */
              readonly pick?: 'first' | 'last' | 'random' | 'all' | Variable | undefined
              /** true: without a value, the step fails and the iteration ends; false: the value is null. */
              readonly required?: boolean | undefined
              /** Value to use if the response has none. */
              readonly default?: string | number | boolean | null | undefined
            }
        >
      >
    | undefined
  /** Wait instead of sending, for a fixed time or a random range. */
  readonly pause?: string | 0 | undefined
  /** Run the step only if this holds: "{{ name }}" has a value, or a comparison (== != < <= > >= contains matches). */
  readonly if?: string | number | boolean | undefined
  /** Number of times to run the step; a range is random. */
  readonly repeat?: number | string | undefined
  /** With repeat: stop once this holds. */
  readonly until?: string | number | boolean | undefined
  /** A group of steps that if and repeat apply to. */
  readonly steps?: readonly StepDefinition[] | undefined
}
