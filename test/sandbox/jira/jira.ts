/**
 * A pretend Jira Cloud site: REST v3 and agile 1.0 as far as Gatehouse uses them, over a state
 * that remembers. Each request is checked by strict schemas of our own and by Atlassian's own API
 * document with our overlay; what doesn't fit either is a finding.
 */
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { faults, type Faults } from '../faults.ts'
import { specCheck } from '../spec-check.ts'
import { isSignedIn, sandboxAccess, tokenRoute, type Access } from './access.ts'
import { JiraFailure, type Desk } from './http.ts'
import type { Site } from './model.ts'
import { overlay } from './overlay.ts'
import { pageOfSite } from './page.ts'
import { agileRoutes } from './routes/agile.ts'
import { issueRoutes } from './routes/issues.ts'
import { metaRoutes } from './routes/meta.ts'
import { searchRoutes } from './routes/search.ts'
import { textRoutes } from './routes/texts.ts'
import { seedSite } from './seed.ts'

export interface PretendJira {
  readonly app: Hono
  readonly site: Site
  readonly access: Access
  readonly faults: Faults
  /** Method and path of every request to the API, in order. */
  readonly requests: string[]
  /** Requests that our schemas or Atlassian's document don't know: empty, or the endpoint is wrong. */
  findings(): string[]
}

export interface PretendJiraOptions {
  readonly now?: () => number
  readonly site?: Site
  /** How long search doesn't see a new issue, in milliseconds (1,500). */
  readonly lagMs?: number
  /** Called after each change, so that it can be kept. */
  readonly changed?: (site: Site) => void
}

/** Atlassian's document takes a while to prepare, so all sites of a process share it; the newest one's findings are in it. */
const document = specCheck({
  name: 'Jira',
  document: 'jira-cloud-v3.json',
  overlay,
  answers: true,
})

export function pretendJira(options: PretendJiraOptions = {}): PretendJira {
  const { now = Date.now, lagMs = 1500 } = options
  const site = options.site ?? seedSite(now())
  const problems: string[] = []
  const requests: string[] = []
  const access = sandboxAccess()
  const failing = faults(failure)
  document.reset()
  const desk: Desk = {
    site,
    now,
    lagMs,
    found: (problem) => problems.push(problem),
    changed: () => options.changed?.(site),
  }

  const api = new Hono()
  api.use('/rest/*', async (c, next) => {
    requests.push(`${c.req.method} ${c.req.path}`)
    return next()
  })
  api.use('/rest/*', failing.guard)
  api.use('/rest/*', document.guard)
  api.use('/rest/*', async (c, next) => {
    if (isSignedIn(c, access, now())) return next()
    return c.json({ errorMessages: ['Client must be authenticated to access this resource.'] }, 401)
  })
  metaRoutes(api, desk)
  searchRoutes(api, desk)
  issueRoutes(api, desk)
  textRoutes(api, desk)
  agileRoutes(api, desk)
  api.onError((error, c) => {
    if (!(error instanceof JiraFailure)) throw error
    return c.json(error.body, error.status as ContentfulStatusCode)
  })
  api.notFound((c) => {
    problems.push(`${c.req.method} ${c.req.path}: no such operation here`)
    return c.json({ errorMessages: ['Not found'], errors: {} }, 404)
  })
  api.get('/', (c) => c.html(pageOfSite(site)))

  const app = new Hono()
  app.use('/__faults', failing.guard)
  tokenRoute(app, access, now)
  // api.atlassian.com: the same site behind Atlassian's gateway
  app.all('/ex/jira/:cloud/*', (c) => {
    const url = new URL(c.req.url)
    url.pathname = url.pathname.replace(/^\/ex\/jira\/[^/]+/, '')
    return api.fetch(new Request(url, c.req.raw), c.env)
  })
  app.all('*', (c) => api.fetch(c.req.raw, c.env))

  return {
    app,
    site,
    access,
    faults: failing,
    requests,
    findings: () => [
      ...problems,
      ...document.findings.map(({ operation, problem }) => `${operation}: ${problem}`),
    ],
  }
}

/** How Jira words what went wrong; an internal error is a page. */
function failure(status: number): Response | undefined {
  if (status < 500)
    return Response.json({ errorMessages: ['secret upstream words'], errors: {} }, { status })
  return new Response('<html><body>Internal Server Error: secret upstream words</body></html>', {
    status,
    headers: { 'content-type': 'text/html' },
  })
}
