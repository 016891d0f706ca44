import type { Context } from 'hono'
import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { isOneOf } from '../../shared/policy.ts'
import type { SignedIn } from './identity.ts'
import { policy } from './policy.ts'
import type { HubContext } from './session.ts'

export interface PageProps {
  readonly title: string
  /** Shows the navigation and who is signed in. */
  readonly person?: SignedIn | undefined
  /** One card in the middle: sign-in, consent, errors. */
  readonly narrow?: boolean
  /** Leaves the navigation out, where there is one thing to decide. */
  readonly focused?: boolean
  /** Seconds after which the browser loads the page again, for status pages. */
  readonly refreshSeconds?: number
  readonly children?: Child
}

/** Every page of the hub is drawn by this. Text in it is escaped by JSX; no page has a script of its own. */
export function Page(props: PageProps) {
  const { title, person, narrow, focused = false, refreshSeconds, children } = props
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          {refreshSeconds !== undefined && (
            <meta http-equiv="refresh" content={String(refreshSeconds)} />
          )}
          <title>{`${title} · Gatehouse`}</title>
          <link rel="icon" href="/icon.svg" type="image/svg+xml" />
          <link rel="stylesheet" href="/style.css" />
          <link rel="stylesheet" href="/governance.css" />
          <script src="/copy.js" defer></script>
        </head>
        <body class={narrow ? 'narrow' : ''}>
          <a class="skip" href="#main">
            Skip to content
          </a>
          <Header person={person} title={title} focused={focused} />
          <main id="main">{children}</main>
        </body>
      </html>
    </>
  )
}

function Header({ title, person, focused }: Pick<PageProps, 'title' | 'person' | 'focused'>) {
  return (
    <header class="top">
      <a class="brand" href="/">
        <img src="/icon.svg" alt="" width="28" height="28" />
        Gatehouse
      </a>
      {person && !focused && (
        <nav aria-label="Main">
          {navigation(person).map(({ href, label }) => (
            <a href={href} aria-current={label === title ? 'page' : undefined}>
              {label}
            </a>
          ))}
        </nav>
      )}
      {person && (
        <form method="post" action="/sign-out" class="who">
          <span title={person.email}>{person.name}</span>
          <button class="quiet small">Sign out</button>
        </form>
      )}
    </header>
  )
}

function navigation(person: SignedIn): { href: string; label: string }[] {
  const { auditors, admins } = policy.policy
  return [
    { href: '/', label: 'Connect' },
    { href: '/access', label: 'Connections' },
    { href: '/approvals', label: 'Approvals' },
    ...(isOneOf(person, auditors) ? [{ href: '/audit', label: 'Audit' }] : []),
    ...(isOneOf(person, admins) ? [{ href: '/admin', label: 'Admin' }] : []),
  ]
}

/** Answers with a page. */
export function show(
  c: Context<HubContext>,
  page: Child,
  status: ContentfulStatusCode = 200,
): Response | Promise<Response> {
  return c.html(<>{page}</>, status)
}
