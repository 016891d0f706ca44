import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Page, show } from '../layout.tsx'
import type { HubContext } from '../session.ts'

export interface Problem {
  readonly status: ContentfulStatusCode
  readonly title: string
  /** What happened and what to do now, in our words. */
  readonly text: string
  readonly action?: { readonly href: string; readonly label: string }
}

/** A page that says what went wrong and what to do. */
export function showProblem(
  c: Context<HubContext>,
  { status, title, text, action = { href: '/', label: 'Go to the start page' } }: Problem,
): Response | Promise<Response> {
  return show(
    c,
    <Page title={title} person={c.var.person} narrow>
      <section class="card problem">
        <p class="status">{status}</p>
        <h1>{title}</h1>
        <p>{text}</p>
        <p>
          <a class="button" href={action.href}>
            {action.label}
          </a>
        </p>
      </section>
    </Page>,
    status,
  )
}

export const notFound = (c: Context<HubContext>): Response | Promise<Response> =>
  showProblem(c, {
    status: 404,
    title: 'There is no such page',
    text: 'The address may be mistyped, or the page may have been for somebody else.',
  })
