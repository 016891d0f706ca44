import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Page, show } from '../layout.tsx'
import { currentPerson, type HubContext } from '../session.ts'

export interface Problem {
  readonly status: ContentfulStatusCode
  readonly title: string
  /** What happened and what to do now, in our words. */
  readonly text: string
  readonly action?: { readonly href: string; readonly label: string }
}

/** A page that says what went wrong and what to do. */
export async function showProblem(
  c: Context<HubContext>,
  { status, title, text, action = { href: '/', label: 'Go to the start page' } }: Problem,
): Promise<Response> {
  // What went wrong may be that nobody can say who this is.
  const person = c.var.person ?? (await currentPerson(c).catch(() => undefined))?.person
  return show(
    c,
    <Page title={title} person={person} narrow>
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

export const notFound = (c: Context<HubContext>): Promise<Response> =>
  showProblem(c, {
    status: 404,
    title: 'There is no such page',
    text: 'The address may be mistyped, or the page may have been for somebody else.',
  })

/** For a POST that none of our own pages sent. */
export const foreignForm: Problem = {
  status: 403,
  title: 'This form came from elsewhere',
  text: 'It was not sent from one of these pages, so nothing was done. If you did send it here, open the page again and repeat it.',
}

export const tooLarge: Problem = {
  status: 413,
  title: 'That is too much at once',
  text: 'The form was larger than any of these pages sends, so nothing was done.',
}
