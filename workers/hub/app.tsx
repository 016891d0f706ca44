import { Hono } from 'hono'
import { csrf } from 'hono/csrf'
import { secureHeaders } from 'hono/secure-headers'
import { authorizationServer, laterResponse } from './authorization-server.ts'
import { configuration } from './configuration.ts'
import { oauthEnv } from './oauth-storage.ts'
import { authorize } from './pages/authorize.tsx'
import { connect } from './pages/connect.tsx'
import { notFound, showProblem } from './pages/error.tsx'
import { signIn } from './pages/sign-in.tsx'
import { status } from './pages/status.ts'
import type { HubContext } from './session.ts'

/** Everything the hub answers over HTTP. */
export const app = new Hono<HubContext>()

// The OAuth protocol's own endpoints, for clients: JSON, no cookies, any origin.
for (const path of ['/.well-known/oauth-authorization-server', '/oauth/token', '/oauth/register']) {
  app.all(path, async (c) => {
    try {
      return await authorizationServer(c.env).fetch(
        c.req.raw,
        oauthEnv(c.env),
        c.executionCtx as ExecutionContext,
      )
    } catch (error) {
      console.error('The OAuth endpoint failed.', error)
      return laterResponse()
    }
  })
}

// Pages, for people: same origin, no framing, no script.
app.use(
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: 'DENY',
    referrerPolicy: 'same-origin',
  }),
)
app.use((c, next) => csrf({ origin: configuration(c.env).ISSUER })(c, next))

app.route('/', status)
app.route('/', signIn)
app.route('/', authorize)
app.route('/', connect)

app.notFound(notFound)
app.onError((error, c) => {
  console.error(error)
  return showProblem(c, {
    status: 500,
    title: 'Something went wrong',
    text: 'The hub could not finish this. Nothing was changed that the page did not say. Try again in a minute.',
  })
})
