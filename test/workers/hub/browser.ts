/** A browser as far as the hub's pages need one: cookies, redirects by hand, forms. */
export class Browser {
  readonly #cookies = new Map<string, string>()
  readonly #origin: string
  readonly #fetch: (request: Request) => Promise<Response>

  constructor(origin: string, fetch: (request: Request) => Promise<Response>) {
    this.#origin = origin
    this.#fetch = fetch
  }

  get(path: string, headers: HeadersInit = {}): Promise<Response> {
    return this.#send(new Request(new URL(path, this.#origin), { headers, redirect: 'manual' }))
  }

  /** Submits a form, as a page of `origin` would (by default the hub's own). */
  post(
    path: string,
    fields: readonly (readonly [string, string])[],
    headers: Record<string, string> = { origin: this.#origin, 'sec-fetch-site': 'same-origin' },
  ): Promise<Response> {
    return this.#send(
      new Request(new URL(path, this.#origin), {
        method: 'POST',
        redirect: 'manual',
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(fields.map(([name, value]) => [name, value])).toString(),
      }),
    )
  }

  /** Signs in at a development hub. */
  async signIn(email: string, returnTo = '/'): Promise<Response> {
    return this.post('/sign-in', [
      ['email', email],
      ['return_to', returnTo],
    ])
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name)
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value)
  }

  cookieNames(): string[] {
    return [...this.#cookies.keys()]
  }

  async #send(request: Request): Promise<Response> {
    const jar = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    if (jar) request.headers.set('cookie', jar)
    const response = await this.#fetch(request)
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ')
      const [name = '', value = ''] = [
        pair.slice(0, pair.indexOf('=')),
        pair.slice(pair.indexOf('=') + 1),
      ]
      if (attributes.some((attribute) => attribute.toLowerCase() === 'max-age=0'))
        this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return response
  }
}

/** The value of a hidden field or button in a page. */
export function fieldOf(html: string, name: string): string {
  const tag = new RegExp(`<input[^>]*name="${name}"[^>]*>`).exec(html)?.[0] ?? ''
  return /value="([^"]*)"/.exec(tag)?.[1] ?? ''
}
