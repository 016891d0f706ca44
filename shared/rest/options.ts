import type * as z from 'zod'
import type { ErrorCode } from '../errors.ts'
import type { Path } from '../path.ts'
import type { Credential } from './credential.ts'

export type HeaderValues = Readonly<Record<string, string | undefined>>
type Scalar = string | number | boolean
/** Encoded by the client, never concatenated. A list repeats its key; undefined is left out. */
export type QueryValues = Readonly<Record<string, Scalar | readonly Scalar[] | undefined>>

/** The system behind an integration, computed from the settings for each call. */
export interface RestOptions {
  /** What messages call the system, for example `Jira`. */
  readonly name?: string
  /**
   * Where every request goes: `https`, with a path prefix if need be. Private addresses are
   * refused; loopback is accepted where the endpoint itself is on loopback.
   */
  readonly baseUrl: string
  readonly headers?: HeaderValues
  /** The current credential and, while it is being rotated, the other one. */
  readonly credentials?: readonly (Credential | undefined)[]
  /** For one request and its answer, in milliseconds (15,000); the call's deadline holds besides. */
  readonly timeoutMs?: number
  /** The longest answer that is read, in bytes (4 MiB). */
  readonly maxBytes?: number
  /** Shared by everybody who uses this credential, through the `Upstream` object. */
  readonly budget?: Budget
  /** Tells accounts at one host apart (a bot's and a user's token): each has its own budget. */
  readonly account?: string
  /** Turns the vendor's known answers into our own words; asked for each answer, successful ones too. */
  readonly explain?: (status: number, body: unknown, headers: Headers) => Explanation | undefined
  /** A binding that reaches a private network (VPC service, Tunnel); it replaces the address check. */
  readonly via?: { fetch(request: Request): Promise<Response> }
}

export interface Budget {
  /** Requests a second in the long run (10), and how many at once after a pause (twice that). */
  readonly perSecond?: number
  readonly burst?: number
  /** Requests under way at one time (6). */
  readonly concurrent?: number
  /** How long a request may wait for its turn, in milliseconds (10,000). */
  readonly waitMs?: number
  /** What a 429 stops: everything this credential does, or the one route it was about. */
  readonly retryAfter?: 'credential' | 'route'
}

/** One of the vendor's answers in our own words. */
export interface Explanation {
  readonly code: ErrorCode
  /** For the model: what is wrong and what to do next. Never the vendor's text. */
  readonly message: string
  /** The vendor's error code, for the audit. */
  readonly vendorCode?: string
  /** The credential was refused, whatever the status says: the other slot is tried. */
  readonly credential?: 'refused'
  /** On a write: whether it may have happened all the same. Taken from the status when absent. */
  readonly outcome?: 'not_done' | 'unknown'
  readonly retryAfterSeconds?: number
}

export interface ReadOptions {
  readonly query?: QueryValues
  readonly headers?: HeaderValues
  readonly timeoutMs?: number
  readonly maxBytes?: number
}

export interface WriteOptions extends ReadOptions {
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as `application/x-www-form-urlencoded`, instead of `body`. */
  readonly form?: QueryValues
  /** This request changes nothing although its method could (a search by POST): treated as a read. */
  readonly safe?: boolean
  /** Where to look whether a write happened whose answer was lost, as a sentence. */
  readonly howToFindOut?: string
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Answer<T> {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}

/** Bytes of a file or a log. `truncated`: more than `maxBytes` were there. */
export interface Download {
  readonly contentType: string
  readonly bytes: Uint8Array
  readonly truncated: boolean
}

/**
 * Requests to one upstream for one call. Answers are parsed by `answer`; an empty body is
 * `undefined`, so `z.void()` fits a 204. Throws `ToolError` in our own words; a write whose fate
 * can't be known throws `OutcomeUnknown`.
 */
export interface RestClient {
  get<T extends z.ZodType>(path: Path, answer: T, options?: ReadOptions): Promise<z.output<T>>
  post<T extends z.ZodType>(path: Path, answer: T, options?: WriteOptions): Promise<z.output<T>>
  put<T extends z.ZodType>(path: Path, answer: T, options?: WriteOptions): Promise<z.output<T>>
  patch<T extends z.ZodType>(path: Path, answer: T, options?: WriteOptions): Promise<z.output<T>>
  delete<T extends z.ZodType>(path: Path, answer: T, options?: WriteOptions): Promise<z.output<T>>
  /** The same with status and headers, where paging lives in `link` or a count in a header. */
  send<T extends z.ZodType>(
    method: Method,
    path: Path,
    answer: T,
    options?: WriteOptions,
  ): Promise<Answer<z.output<T>>>
  /** A file's bytes, at most `maxBytes` of them. */
  download(path: Path, options?: ReadOptions): Promise<Download>
}
