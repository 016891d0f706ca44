import { Hono } from 'hono/tiny'
import { catalogue } from '../../../shared/catalogue.ts'
import type { Catalogue } from '../../../shared/policy.ts'
import { configuration, resourceOf } from '../configuration.ts'
import type { HubContext } from '../session.ts'

/** What machines fetch without signing in. */
export const status = new Hono<HubContext>()

status.get('/healthz', (c) => c.json({ ok: true, version: c.env.VERSION.id }))

status.get('/endpoints.json', (c) => {
  const all: Catalogue = catalogue
  const endpoints = Object.entries(configuration(c.env).ENDPOINTS).flatMap(([id, url]) => {
    const integration = all[id]
    if (!integration) return []
    const { title, scopes, tools } = integration
    return {
      id,
      title,
      url: resourceOf(url),
      scopes: Object.keys(scopes),
      tools: Object.keys(tools),
    }
  })
  return c.json({ endpoints })
})
