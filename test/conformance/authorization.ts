import * as z from 'zod'
import { Browser } from '../local/browser.ts'
import { freePortBase } from '../local/ports.ts'
import { consent, register } from '../local/sign-in.ts'
import { runSuite, type Results } from './suite.ts'

const Metadata = z.object({ registration_endpoint: z.url() })

/** The suite for authorization servers against the hub, with a scripted person where it waits for one. */
export async function runAuthorization(options: {
  readonly hub: string
  /** The endpoint that a token is asked for. */
  readonly resource: string
  readonly email: string
  readonly signal: AbortSignal
}): Promise<Results> {
  const { hub, resource, email } = options
  const metadata = await fetch(`${hub}/.well-known/oauth-authorization-server`)
  const { registration_endpoint: registration } = Metadata.parse(await metadata.json())
  const port = await freePortBase()
  const redirectUri = `http://127.0.0.1:${port}/callback`
  const clientId = await register((request) => fetch(request), registration, redirectUri)
  const target = ['--url', hub, '--client-id', clientId, '--resource', resource]
  const leaving = new AbortController()
  return runSuite(['authorization', ...target, '--port', String(port)], {
    signal: AbortSignal.any([options.signal, leaving.signal]),
    onLine(line) {
      // It prints the address for a person to open, then waits minutes for them to come back.
      if (!URL.canParse(line) || !new URL(line).searchParams.has('code_challenge')) return
      void consent(new Browser(), line, { email }).catch((error: unknown) => leaving.abort(error))
    },
  })
}
