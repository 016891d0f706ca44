/** An OAuth client provider for the SDKs' transports whose person is the scripted browser. */
import { Browser } from '../local/browser.ts'
import { consent } from '../local/sign-in.ts'

interface Kept {
  tokens?: { access_token: string; token_type: string; refresh_token?: string | undefined }
  client?: { client_id: string }
  verifier?: string
  discovery?: unknown
}

export class PersonWithClient {
  readonly kept: Kept = {}
  readonly redirectUrl = 'http://localhost:33418/callback'
  readonly email: string
  /** Scopes to tick; those that the page has ticked already when undefined. */
  scopes: readonly string[] | undefined
  /** What came back on the redirect, for `finishAuth`. */
  callback = new URLSearchParams()
  readonly clientMetadataUrl: string | undefined
  readonly #browser = new Browser({ stopAt: (url) => url.startsWith(this.redirectUrl) })

  constructor(
    email: string,
    options: { scopes?: readonly string[]; clientMetadataUrl?: string } = {},
  ) {
    this.email = email
    this.scopes = options.scopes
    this.clientMetadataUrl = options.clientMetadataUrl
  }

  readonly clientMetadata = {
    client_name: 'Interop',
    redirect_uris: [this.redirectUrl],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  }

  clientInformation() {
    return this.kept.client
  }
  saveClientInformation(client: { client_id: string }) {
    this.kept.client = client
  }
  tokens() {
    return this.kept.tokens
  }
  saveTokens(tokens: NonNullable<Kept['tokens']>) {
    this.kept.tokens = tokens
  }
  saveCodeVerifier(verifier: string) {
    this.kept.verifier = verifier
  }
  codeVerifier() {
    return this.kept.verifier ?? ''
  }
  saveDiscoveryState(state: unknown) {
    this.kept.discovery = state
  }
  discoveryState() {
    return this.kept.discovery
  }
  async redirectToAuthorization(url: URL) {
    this.callback = await consent(this.#browser, url.href, {
      email: this.email,
      ...(this.scopes && { scopes: this.scopes }),
    })
  }
}
