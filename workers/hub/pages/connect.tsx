import { Hono } from 'hono'
import { configuration, resourceOf } from '../configuration.ts'
import { Page, show } from '../layout.tsx'
import { requireSession, type HubContext } from '../session.ts'

export const connect = new Hono<HubContext>()

connect.get('/', requireSession, (c) =>
  show(
    c,
    <Page title="Connect" person={c.var.person}>
      <h1>Endpoints</h1>
      {Object.entries(configuration(c.env).ENDPOINTS).map(([id, url]) => (
        <p>
          {id}: <code>{resourceOf(url)}</code>
        </p>
      ))}
    </Page>,
  ),
)
