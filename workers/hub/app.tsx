import { Hono } from 'hono/tiny'
import { bodyLimit } from 'hono/body-limit'
import { csrf } from 'hono/csrf'
import { HTTPException } from 'hono/http-exception'
import { oauthEndpoints } from './oauth-endpoints.ts'
import { pageHeaders, sameOrigin } from './page-guards.ts'
import { adminApi } from './admin-api.ts'
import { access } from './pages/access.tsx'
import { admin } from './pages/admin.tsx'
import { approvals } from './pages/approvals.tsx'
import { audit } from './pages/audit.tsx'
import { authorize } from './pages/authorize.tsx'
import { connect } from './pages/connect.tsx'
import { foreignForm, notFound, showProblem, tooLarge } from './pages/error.tsx'
import { signIn } from './pages/sign-in.tsx'
import { status } from './pages/status.ts'
import { configuration } from './configuration.ts'
import type { HubContext } from './session.ts'

/** Everything the hub answers over HTTP: the OAuth protocol for clients, then pages for people. */
export const app = new Hono<HubContext>()

app.route('/', oauthEndpoints)
app.route('/', adminApi)

app.use(pageHeaders)
app.route('/', status)
app.use(sameOrigin)
app.use((c, next) => csrf({ origin: configuration(c.env).ISSUER })(c, next))
app.use(bodyLimit({ maxSize: 64 * 1024, onError: (c) => showProblem(c, tooLarge) }))

app.route('/', signIn)
app.route('/', authorize)
app.route('/', connect)
app.route('/', access)
app.route('/', approvals)
app.route('/', audit)
app.route('/', admin)

app.notFound(notFound)
app.onError((error, c) => {
  if (error instanceof HTTPException && error.status === 403) return showProblem(c, foreignForm)
  console.error(error)
  return showProblem(c, {
    status: 500,
    title: 'Something went wrong',
    text: 'The hub could not finish this. If you were deciding on something, look whether it shows before you try again.',
  })
})
