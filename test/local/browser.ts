/**
 * A person at a browser, without the browser: keeps cookies, follows redirects, fills in forms as
 * they stand on the page. For tests and the demo; what needs real rendering is in test/browser.
 */
interface Page {
  readonly url: string
  readonly status: number
  readonly html: string
}
export type Fetch = (request: Request) => Promise<Response>

export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>()
  readonly #fetch: Fetch
  /** Addresses that belong to a client waiting for its code: reaching one ends the walk. */
  readonly #stopAt: (url: string) => boolean

  constructor(options: { fetch?: Fetch; stopAt?: (url: string) => boolean } = {}) {
    this.#fetch = options.fetch ?? ((request) => fetch(request))
    this.#stopAt = options.stopAt ?? (() => false)
  }

  /** Opens an address and follows its redirects. A redirect to a waiting client is returned, not followed. */
  async open(url: string): Promise<Page> {
    return this.#go(url, { method: 'GET' })
  }

  /**
   * Submits the form of a page that has all of these fields or buttons, with its hidden fields.
   * @param values what the person fills in or presses; a list ticks exactly those boxes
   */
  async submit(
    page: Page,
    values: Readonly<Record<string, string | readonly string[]>>,
  ): Promise<Page> {
    const form = formsOf(page.html).find((one) =>
      Object.keys(values).every((name) => one.names.has(name)),
    )
    if (!form)
      throw new Error(
        `${page.url} (${page.status}) has no form with ${Object.keys(values).join(', ')}: ${textOf(page.html).slice(0, 300)}`,
      )
    const body = new URLSearchParams()
    for (const [name, value] of form.fields) if (!(name in values)) body.append(name, value)
    for (const [name, value] of Object.entries(values))
      for (const one of [value].flat()) body.append(name, String(one))
    const action = new URL(form.action || page.url, page.url)
    if (form.method === 'get')
      return this.#go(`${action.origin}${action.pathname}?${body}`, { method: 'GET' })
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      origin: new URL(page.url).origin,
      'sec-fetch-site': 'same-origin',
    }
    return this.#go(action.href, { method: 'POST', body: body.toString(), headers })
  }

  async #go(start: string, init: RequestInit): Promise<Page> {
    let url = start
    let next = init
    for (let hops = 0; hops < 12; hops++) {
      const { host } = new URL(url)
      const headers = new Headers(next.headers)
      const cookies = [...(this.#cookies.get(host) ?? [])].map(
        ([name, value]) => `${name}=${value}`,
      )
      if (cookies.length > 0) headers.set('cookie', cookies.join('; '))
      const response = await this.#fetch(new Request(url, { ...next, headers, redirect: 'manual' }))
      this.#keep(host, response.headers.getSetCookie())
      const location = response.headers.get('location')
      if (location === null || response.status < 300 || response.status > 399)
        return { url, status: response.status, html: await response.text() }
      await response.body?.cancel()
      url = new URL(location, url).href
      if (this.#stopAt(url)) return { url, status: response.status, html: '' }
      next = { method: 'GET' }
    }
    throw new Error(`Too many redirects from ${start}`)
  }

  #keep(host: string, setCookies: readonly string[]): void {
    const jar = this.#cookies.get(host) ?? new Map<string, string>()
    this.#cookies.set(host, jar)
    for (const line of setCookies) {
      const [pair = '', ...attributes] = line.split(';')
      const at = pair.indexOf('=')
      const name = pair.slice(0, at).trim()
      const gone = attributes.some((attribute) => /max-age=0\b/i.test(attribute))
      if (gone) jar.delete(name)
      else jar.set(name, pair.slice(at + 1).trim())
    }
  }
}

interface Form {
  readonly action: string
  readonly method: string
  /** Hidden fields, text fields and ticked boxes as they stand. */
  readonly fields: readonly (readonly [string, string])[]
  /** Every field and button. */
  readonly names: ReadonlySet<string>
}

function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(
    ([, head = '', inside = '']) => {
      const controls = [...inside.matchAll(/<(input|button|textarea|select)\b([^>]*)>/g)].map(
        ([, tag = '', rest = '']) => ({ tag, rest }),
      )
      const fields = controls
        .filter(
          ({ tag, rest }) =>
            tag === 'input' &&
            (attribute(rest, 'type') !== 'checkbox' || /\schecked\b/.test(rest)) &&
            attribute(rest, 'name') !== '',
        )
        .map(({ rest }) => [attribute(rest, 'name'), attribute(rest, 'value')] as const)
      return {
        action: attribute(head, 'action'),
        method: attribute(head, 'method').toLowerCase(),
        fields,
        names: new Set(controls.map(({ rest }) => attribute(rest, 'name'))),
      }
    },
  )
}

const attribute = (tag: string, name: string) =>
  unescape(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
const unescape = (text: string) =>
  text.replace(
    /&(amp|lt|gt|quot|#39|#x27);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? "'",
  )

/** A page's words, for messages and assertions. */
export const textOf = (html: string) =>
  unescape(html.replace(/<(style|script)[\s\S]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim()
