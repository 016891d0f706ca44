import { Hono } from 'hono/tiny'
import * as z from 'zod'
import type { Connection } from '../connection.ts'
import { Page, show } from '../layout.tsx'
import { connectionsOf, endConnection, endEverything, type Act } from '../people.ts'
import { policy } from '../policy.ts'
import { requireSession, type HubContext } from '../session.ts'
import { notFound } from './error.tsx'
import { When } from './when.tsx'
import type { Context } from 'hono'

export const access = new Hono<HubContext>()

access.get('/access', requireSession, async (c) => {
  const connections = await connectionsOf(c.env, c.var.person.email)
  return show(
    c,
    <Page title="Connections" person={c.var.person}>
      <h1>Your connections</h1>
      <p class="lead">
        Each lets one app use one endpoint as you. Ending one takes effect within seconds; the app
        then has to ask you again.
      </p>
      {c.req.query('ended') !== undefined && (
        <p class="notice" role="status">
          Ended. The app can no longer use it.
        </p>
      )}
      {connections.length === 0 ? (
        <section class="card empty">
          <h2>No app is connected</h2>
          <p>
            <a href="/">Connect one</a> and it shows up here.
          </p>
        </section>
      ) : (
        <>
          <List connections={connections} now={Date.now()} />
          <form method="post" action="/access/everything" class="actions">
            <button class="danger">End all and sign out everywhere</button>
          </form>
        </>
      )}
    </Page>,
  )
})

const Form = z.object({ connection: z.string().max(100) })

const actOf = (c: Context<HubContext>): Act => ({
  env: c.env,
  ctx: c.executionCtx,
  by: c.var.person.email,
})

access.post('/access', requireSession, async (c) => {
  const form = Form.safeParse(await c.req.parseBody())
  const ended =
    form.success && (await endConnection(actOf(c), c.var.person.email, form.data.connection))
  return ended ? c.redirect('/access?ended', 303) : notFound(c)
})

access.post('/access/everything', requireSession, async (c) => {
  await endEverything(actOf(c), c.var.person.email)
  return c.redirect('/signed-out', 303)
})

function List({ connections, now }: { connections: readonly Connection[]; now: number }) {
  return (
    <section class="card table">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">App</th>
            <th scope="col">Endpoint</th>
            <th scope="col">May</th>
            <th scope="col">Since</th>
            <th scope="col">Last used</th>
            <th scope="col">
              <span class="aside">End</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {connections.map((connection) => (
            <Row connection={connection} now={now} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Row({ connection, now }: { connection: Connection; now: number }) {
  const { id, client, domain, integration, scope, since, usedAt } = connection
  return (
    <tr>
      <td data-label="App">
        <span>
          <strong>{client}</strong>
          <br />
          <small>{domain || 'name not verified'}</small>
        </span>
      </td>
      <td data-label="Endpoint">{policy.catalogue[integration]?.title ?? integration}</td>
      <td data-label="May">
        <span class="row">
          {scope.split(' ').map((one) => (
            <code>{one}</code>
          ))}
        </span>
      </td>
      <td data-label="Since">
        <When at={since} now={now} />
      </td>
      <td data-label="Last used">
        <When at={usedAt} now={now} never="not yet" />
      </td>
      <td data-label="">
        <form method="post" action="/access">
          <button class="danger small" name="connection" value={id} aria-label={`End ${client}`}>
            End
          </button>
        </form>
      </td>
    </tr>
  )
}
