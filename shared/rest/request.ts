import { ToolError } from '../errors.ts'
import { isPath, type Path } from '../path.ts'
import type { HeaderValues, Method, QueryValues, WriteOptions } from './options.ts'

/** A request that can be sent again: its body is text. */
export interface Draft {
  readonly method: Method
  readonly url: URL
  readonly headers: Headers
  readonly body: string | undefined
  /** Method and path without values: what a rate limit of one route is known by. */
  readonly route: string
  /** Nothing changes if it is sent twice. */
  readonly safe: boolean
}

/** @throws TypeError for a path the `path` tag didn't make; ToolError `invalid_input` for a header that can't be sent. */
export function draft(
  base: URL,
  common: HeaderValues | undefined,
  method: Method,
  path: Path,
  options: WriteOptions,
): Draft {
  const headers = new Headers({ accept: 'application/json', 'user-agent': 'Gatehouse' })
  setHeaders(headers, common)
  setHeaders(headers, options.headers)
  return {
    method,
    url: target(base, path, options.query),
    headers,
    body: bodyOf(options, headers),
    route: `${method} ${path.route}`,
    safe: method === 'GET' || method === 'HEAD' || options.safe === true,
  }
}

/** Host and prefix are the settings'; the path tag has encoded the rest, and this proves it. */
function target(base: URL, path: Path, query: QueryValues | undefined): URL {
  if (!isPath(path)) throw new TypeError('A path is made by the path`…` tag.')
  const prefix = base.pathname.replace(/\/+$/, '')
  const url = new URL(base.origin + prefix + path.text)
  if (url.origin !== base.origin || url.pathname !== prefix + path.text)
    throw new ToolError('invalid_input', 'An argument would change where the request goes.')
  url.search = encoded(query).toString()
  return url
}

function encoded(values: QueryValues | undefined): URLSearchParams {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(values ?? {})) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) params.append(key, String(one))
  }
  return params
}

function bodyOf({ body, form }: WriteOptions, headers: Headers): string | undefined {
  if (form !== undefined) {
    headers.set('content-type', 'application/x-www-form-urlencoded')
    return encoded(form).toString()
  }
  if (body === undefined) return undefined
  if (!headers.has('content-type')) headers.set('content-type', 'application/json')
  return JSON.stringify(body)
}

/**
 * Header values carry people's names and e-mail addresses too, so what isn't ASCII is
 * percent-encoded (UTF-8); line breaks and other control characters are refused.
 */
export function setHeaders(headers: Headers, values: HeaderValues | undefined): void {
  for (const [name, value] of Object.entries(values ?? {})) {
    if (value === undefined) continue
    // eslint-disable-next-line no-control-regex -- control characters are the point
    if (/[\u0000-\u001f\u007f]/.test(value))
      throw new ToolError('invalid_input', 'An argument holds a line break or control character.')
    headers.set(name, value.toWellFormed().replace(/[\u0080-\uffff]+/g, encodeURIComponent))
  }
}
