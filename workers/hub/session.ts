import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import * as z from 'zod'
import { configuration } from './configuration.ts'
import type { HubEnv } from './env.ts'
import { emailOf, type SignedIn } from './identity.ts'
import { personObject } from './person.ts'
import { seal, unseal } from './seal.ts'

/** What Hono knows about a request to the hub. */
export interface HubContext {
  Bindings: HubEnv
  Variables: {
    /** Set behind `requireSession`. */
    person: SignedIn
    session: Session
    /** Other origins that a form of this page may end up at (Chromium checks redirects too). */
    formTargets?: readonly string[]
  }
}

const cookieName = 'gatehouse-session'
/** As long as groups may be stale, so a session never knows older ones. */
const sessionMs = 3_600_000

const Session = z.object({ id: z.string(), userId: z.string(), startedAt: z.number() })
export type Session = z.infer<typeof Session>

/** Starts a browser session. The cookie only names the person; who they are now is asked of their Person object. */
export async function startSession(c: Context<HubContext>, userId: string): Promise<void> {
  const session: Session = { id: `session:${crypto.randomUUID()}`, userId, startedAt: Date.now() }
  const sealed = seal(configuration(c.env).SESSION_SECRET, 'session', session)
  setCookie(c, cookieName, sealed, {
    prefix: 'host',
    path: '/',
    secure: true,
    httpOnly: true,
    sameSite: 'Lax',
    maxAge: sessionMs / 1000,
  })
}

/** Ends the browser session here and, should somebody have copied the cookie, everywhere. */
export async function endSession(c: Context<HubContext>): Promise<void> {
  const session = await readSession(c)
  deleteCookie(c, cookieName, { prefix: 'host', path: '/', secure: true })
  if (session) await personObject(c.env, emailOf(session.userId)).revoke(session.id)
}

async function readSession(c: Context<HubContext>): Promise<Session | undefined> {
  const sealed = getCookie(c, cookieName, 'host')
  const session = unseal(configuration(c.env).SESSION_SECRET, 'session', sealed, Session)
  return session && Date.now() - session.startedAt < sessionMs ? session : undefined
}

/** The signed-in person, or undefined: no session, an ended one, a disabled person. */
export async function currentPerson(
  c: Context<HubContext>,
): Promise<{ person: SignedIn; session: Session } | undefined> {
  const session = await readSession(c)
  if (!session) return undefined
  const { userId, id, startedAt } = session
  const standing = await personObject(c.env, emailOf(userId)).standing({ id, since: startedAt })
  if (!standing.good) return undefined
  const { email, name, groups } = standing
  return { session, person: { userId, email, name, groups } }
}

/** Lets signed-in people through, with `c.var.person`; sends others to sign in and come back. */
export const requireSession: MiddlewareHandler<HubContext> = async (c, next) => {
  const current = await currentPerson(c)
  if (!current) return sendToSignIn(c)
  c.set('person', current.person)
  c.set('session', current.session)
  return next()
}

export function sendToSignIn(c: Context<HubContext>): Response {
  const { pathname, search } = new URL(c.req.url)
  const query = new URLSearchParams({ return_to: pathname + search })
  return c.redirect(`/sign-in?${query}`, c.req.method === 'GET' ? 302 : 303)
}

/**
 * Where to go after sign-in: only a path of our own. Anything that a browser could read as another
 * origin (`//host`, `/\host`, control characters) becomes the front page.
 */
export function ownPath(returnTo: string | undefined, issuer: string): string {
  if (!returnTo?.startsWith('/') || !URL.canParse(returnTo, issuer)) return '/'
  const url = new URL(returnTo, issuer)
  if (url.origin !== issuer || /^\/(?:[/\\]|sign-)/.test(url.pathname)) return '/'
  return url.pathname + url.search
}
