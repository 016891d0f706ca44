import { Hono } from 'hono'
import * as z from 'zod'
import { recordHubEvent } from '../audit.ts'
import { configuration } from '../configuration.ts'
import { userIdOf, type Identity } from '../identity.ts'
import { Page, show } from '../layout.tsx'
import { personObject } from '../person.ts'
import { currentPerson, endSession, ownPath, startSession, type HubContext } from '../session.ts'
import { devPeople, devPerson } from '../sign-in/dev.ts'
import { showProblem } from './error.tsx'
import type { Context } from 'hono'

export const signIn = new Hono<HubContext>()

signIn.get('/sign-in', (c) => {
  const returnTo = ownPath(c.req.query('return_to'), configuration(c.env).ISSUER)
  return show(c, <DevSignIn returnTo={returnTo} />)
})

const DevForm = z.object({ email: z.string().max(254), return_to: z.string().optional() })

signIn.post('/sign-in', async (c) => {
  const { email, return_to } = DevForm.parse(await c.req.parseBody())
  const identity = devPerson(email)
  if (!identity)
    return showProblem(c, {
      status: 400,
      title: 'Nobody here has that address',
      text: 'A development hub knows four people. Go back and pick one.',
      action: { href: '/sign-in', label: 'Pick a person' },
    })
  return completeSignIn(c, identity, return_to)
})

signIn.post('/sign-out', async (c) => {
  const current = await currentPerson(c)
  await endSession(c)
  if (current)
    recordHubEvent(c.env, c.executionCtx, {
      kind: 'sign_in',
      user: current.person.email,
      outcome: 'signed_out',
    })
  return c.redirect('/signed-out', 303)
})

signIn.get('/signed-out', (c) =>
  show(
    c,
    <Page title="Signed out" narrow>
      <section class="card">
        <h1>You are signed out</h1>
        <p>Your connected apps keep working. To stop one, sign in and end its connection.</p>
        <p>
          <a class="button" href="/sign-in">
            Sign in again
          </a>
        </p>
      </section>
    </Page>,
  ),
)

/** Takes in whom a provider vouched for, and goes where they were heading. */
export async function completeSignIn(
  c: Context<HubContext>,
  identity: Identity,
  returnTo: string | undefined,
): Promise<Response> {
  const { email } = identity
  const outcome = await personObject(c.env, email).signIn(identity)
  recordHubEvent(c.env, c.executionCtx, { kind: 'sign_in', user: email, outcome })
  if (outcome !== 'ok') return showProblem(c, refused[outcome])
  await startSession(c, userIdOf(email))
  return c.redirect(ownPath(returnTo, configuration(c.env).ISSUER), 303)
}

const refused = {
  disabled: {
    status: 403,
    title: 'Your access is switched off',
    text: 'An administrator has disabled this account. Ask them if you think that is a mistake.',
  },
  other_subject: {
    status: 403,
    title: 'This address belonged to another account',
    text: 'Somebody signed in here before with the same e-mail address but another account. An administrator has to release the address before you can use it.',
  },
} as const

function DevSignIn({ returnTo }: { returnTo: string }) {
  return (
    <Page title="Sign in" narrow>
      <section class="card">
        <h1>Who are you today?</h1>
        <p>This hub runs on your machine for development, so there is no password.</p>
        <form method="post" action="/sign-in" class="people">
          <input type="hidden" name="return_to" value={returnTo} />
          {devPeople.map(({ email, name, groups }) => (
            <button name="email" value={email}>
              <strong>{name}</strong>
              <span>{email}</span>
              <small>{groups.join(', ') || 'no group'}</small>
            </button>
          ))}
        </form>
      </section>
    </Page>
  )
}
