import type { Context } from 'hono'
import { Hono } from 'hono/tiny'
import * as z from 'zod'
import { Page, show } from '../layout.tsx'
import {
  connectionsOf,
  disablePerson,
  enablePerson,
  endEverything,
  personSummary,
  releaseAddress,
  type Act,
} from '../people.ts'
import type { HubContext } from '../session.ts'
import { shortly } from './shown.tsx'
import { When } from './when.tsx'

/** One person, for administrators: mounted behind the guard of /admin. */
export const peopleRoutes = new Hono<HubContext>()

const Email = z.string().trim().toLowerCase().pipe(z.email().max(254))
const Form = z.object({
  email: Email,
  act: z.enum(['disable', 'enable', 'end', 'release']),
  reason: z.string().trim().max(500).default(''),
})

peopleRoutes.get('/admin/people', async (c) => {
  const email = Email.safeParse(c.req.query('email'))
  return email.success ? page(c, email.data) : c.redirect('/admin')
})

peopleRoutes.post('/admin/people', async (c) => {
  const form = Form.safeParse(await c.req.parseBody())
  if (!form.success) return c.redirect('/admin', 303)
  const { email, act, reason } = form.data
  if (email === c.var.person.email && act !== 'end')
    return page(c, email, 'You can’t do that to yourself. Ask another administrator.')
  const by: Act = { env: c.env, ctx: c.executionCtx, by: c.var.person.email }
  if (act === 'disable') await disablePerson(by, email, reason)
  if (act === 'enable') await enablePerson(by, email)
  if (act === 'end') await endEverything(by, email)
  if (act === 'release') await releaseAddress(by, email)
  return c.redirect(`/admin/people?${new URLSearchParams({ email })}`, 303)
})

export function PersonForm() {
  return (
    <form method="get" action="/admin/people" class="card fields">
      <h2>A person</h2>
      <p class="soft">See what they have, end it, or lock them out.</p>
      <label>
        E-mail
        <input
          name="email"
          type="email"
          required
          maxlength={254}
          placeholder="engineer@example.com"
        />
      </label>
      <div class="actions">
        <button class="quiet">Look up</button>
      </div>
    </form>
  )
}

async function page(c: Context<HubContext>, email: string, problem?: string) {
  const [summary, connections] = await Promise.all([
    personSummary(c.env, email),
    connectionsOf(c.env, email),
  ])
  const at = Date.now()
  return show(
    c,
    <Page title="Person" person={c.var.person}>
      <p>
        <a href="/admin">Admin</a>
      </p>
      <h1>{summary.name || email}</h1>
      {problem !== undefined && (
        <p class="notice bad" role="alert">
          {problem}
        </p>
      )}
      <section class="card">
        <dl class="facts">
          <dt>E-mail</dt>
          <dd>{email}</dd>
          <dt>State</dt>
          <dd>
            <span class={`badge ${summary.disabled ? 'bad' : summary.known ? 'ok' : ''}`}>
              {summary.disabled ? 'locked out' : summary.known ? 'active' : 'never signed in'}
            </span>
            {summary.disabled && (
              <span>
                {' '}
                by {summary.disabled.by}, <When at={summary.disabled.at} now={at} />
                {summary.disabled.reason && `: ${shortly(summary.disabled.reason)}`}
              </span>
            )}
          </dd>
          <dt>Groups</dt>
          <dd>{summary.groups.join(', ') || 'none'}</dd>
          <dt>Last sign-in</dt>
          <dd>
            <When at={summary.signedInAt} now={at} />
          </dd>
          <dt>Connections</dt>
          <dd>
            {connections.length === 0
              ? 'none'
              : connections.map(({ client, integration, usedAt }) => (
                  <p>
                    {client} at {integration}, last used <When at={usedAt} now={at} never="never" />
                  </p>
                ))}
          </dd>
        </dl>
        <form method="post" action="/admin/people" class="fields">
          <input type="hidden" name="email" value={email} />
          {!summary.disabled && (
            <label>
              Why{' '}
              <input name="reason" maxlength={500} placeholder="for whoever looks at it later" />
            </label>
          )}
          <div class="actions">
            {summary.disabled ? (
              <button name="act" value="enable">
                Let them in again
              </button>
            ) : (
              <button class="danger" name="act" value="disable">
                Lock out
              </button>
            )}
            <button class="quiet" name="act" value="end">
              End all connections
            </button>
            <button class="quiet" name="act" value="release">
              Release the address
            </button>
          </div>
        </form>
      </section>
      <p>
        <small>
          Releasing lets another account of the sign-in provider use this address, for a new
          colleague who got it. It ends everything the former one had.
        </small>
      </p>
    </Page>,
    problem === undefined ? 200 : 400,
  )
}
