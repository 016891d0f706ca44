import type { Context } from 'hono'
import { Hono } from 'hono/tiny'
import { getCookie, setCookie } from 'hono/cookie'
import * as z from 'zod'
import { recordRequest } from '../audit.ts'
import { configuration, type OidcConfiguration } from '../configuration.ts'
import { userIdOf, type Identity } from '../identity.ts'
import { show } from '../layout.tsx'
import { personObject } from '../person.ts'
import { seal, unseal } from '../seal.ts'
import { currentPerson, endSession, ownPath, startSession, type HubContext } from '../session.ts'
import { accessIdentity } from '../sign-in/access.ts'
import { devPerson } from '../sign-in/dev.ts'
import { beginOidc, finishOidc, OidcTransaction } from '../sign-in/oidc.ts'
import { SignInError } from '../sign-in/sign-in-error.ts'
import { DevSignIn, SignedOut } from './sign-in-pages.tsx'
import { notFound, showProblem } from './error.tsx'
import { signInProblem, signInRefusals } from './sign-in-problems.ts'

export const signIn = new Hono<HubContext>()

/** Long enough for a second factor at the provider. */
const transactionSeconds = 900

signIn.get('/sign-in', async (c) => {
  const config = configuration(c.env)
  const returnTo = ownPath(c.req.query('return_to'), config.ISSUER)
  c.header('cache-control', 'no-store')
  switch (config.SIGN_IN) {
    case 'dev':
      return show(c, <DevSignIn returnTo={returnTo} />)
    case 'access': {
      const identity = await accessIdentity(config, c.req.header('cf-access-jwt-assertion'))
      return completeSignIn(c, identity, returnTo)
    }
    case 'oidc':
      return sendToProvider(c, config, returnTo)
  }
})

const DevForm = z.object({ email: z.string().max(254), return_to: z.string().optional() })

signIn.post('/sign-in', async (c) => {
  if (configuration(c.env).SIGN_IN !== 'dev') return notFound(c)
  const form = DevForm.safeParse(await c.req.parseBody())
  const identity = form.data && devPerson(form.data.email)
  if (!identity) return showProblem(c, signInRefusals.nobody)
  return completeSignIn(c, identity, form.data.return_to)
})

/** A cookie for each sign-in under way, so two tabs don't disturb each other. */
const transactionCookie = (state: string): string => `gatehouse-sign-in-${state.slice(0, 16)}`

async function sendToProvider(
  c: Context<HubContext>,
  config: OidcConfiguration,
  returnTo: string,
): Promise<Response> {
  const { url, transaction } = await beginOidc(config, returnTo)
  const sealed = seal(config.SESSION_SECRET, 'sign-in', transaction)
  setCookie(c, transactionCookie(transaction.state), sealed, {
    prefix: 'host',
    path: '/',
    secure: true,
    httpOnly: true,
    sameSite: 'Lax',
    maxAge: transactionSeconds,
  })
  return c.redirect(url.href, 302)
}

signIn.get('/sign-in/callback', async (c) => {
  const config = configuration(c.env)
  if (config.SIGN_IN !== 'oidc') return notFound(c)
  c.header('cache-control', 'no-store')
  const state = c.req.query('state') ?? ''
  const name = transactionCookie(state)
  const sealed = /^[\w-]+$/.test(state) ? getCookie(c, name, 'host') : undefined
  const transaction = unseal(config.SESSION_SECRET, 'sign-in', sealed, OidcTransaction)
  const age = Date.now() - (transaction?.startedAt ?? 0)
  if (!transaction || transaction.state !== state || age > transactionSeconds * 1000)
    throw new SignInError('not_started_here', 'No sign-in of this browser has that state.')
  setCookie(c, name, '', { prefix: 'host', path: '/', secure: true, maxAge: 0 })
  const identity = await finishOidc(config, new URL(c.req.url), transaction)
  return completeSignIn(c, identity, transaction.returnTo)
})

signIn.post('/sign-out', async (c) => {
  const current = await currentPerson(c)
  await endSession(c)
  if (current)
    recordRequest(c, { kind: 'sign_in', user: current.person.email, outcome: 'signed_out' })
  return c.redirect('/signed-out', 303)
})

signIn.get('/signed-out', (c) => show(c, <SignedOut />))

/** Takes in whom somebody vouched for, and goes where they were heading. */
async function completeSignIn(
  c: Context<HubContext>,
  identity: Identity,
  returnTo: string | undefined,
): Promise<Response> {
  const { email } = identity
  const outcome = await personObject(c.env, email).signIn(identity)
  recordRequest(c, { kind: 'sign_in', user: email, outcome })
  if (outcome !== 'ok') return showProblem(c, signInRefusals[outcome])
  await startSession(c, userIdOf(email))
  return c.redirect(ownPath(returnTo, configuration(c.env).ISSUER), 303)
}

signIn.onError((error, c) => {
  if (!(error instanceof SignInError)) throw error
  const { problem, message, cause } = error
  // The cause's text may hold claims about a person, so the log gets its kind alone.
  console.warn(JSON.stringify({ sign_in: problem, message, cause: kindOf(cause) }))
  recordRequest(c, { kind: 'sign_in', user: '', outcome: problem })
  if (problem === 'unavailable') c.header('retry-after', String(error.retryAfterSeconds))
  return showProblem(c, signInProblem(problem))
})

function kindOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
}
