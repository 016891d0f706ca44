import { html } from 'hono/html'
import type { Integration } from './integration.ts'

const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #dfe3e8; --ground: #f7f8fa; --card: #fff; --accent: #0b5fff }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf2; --soft: #9aa6b5; --line: #2c3440; --ground: #12161c; --card: #1a2028; --accent: #7aa7ff } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, sans-serif }
main { max-width: 40rem; margin: 12vh auto 3rem; padding: 0 1.25rem }
h1 { font-size: 1.5rem; margin: 0 0 .25rem } p { color: var(--soft) }
code, pre { font: .9rem/1.5 ui-monospace, monospace; color: var(--ink) }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; overflow-x: auto; user-select: all }
a { color: var(--accent) }`

/** What a person sees who opens an endpoint in a browser: the address that is meant for a client, and where to go. */
export function endpointPage(integration: Integration, resource: string, hub: string): Response {
  const nonce = crypto.randomUUID()
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${integration.title} · Gatehouse</title>
        <style nonce="${nonce}">
          ${style}
        </style>
      </head>
      <body>
        <main>
          <h1>${integration.title}</h1>
          <p>
            This is an MCP endpoint for Claude and other clients, not a page. Add this address as a
            connector:
          </p>
          <pre>${resource}</pre>
          <p>In Claude Code:</p>
          <pre>claude mcp add --transport http ${integration.id} ${resource}</pre>
          <p>
            Your connections, approvals and every other endpoint are at
            <a href="${hub}">${new URL(hub).host}</a>.
          </p>
        </main>
      </body>
    </html>`
  return new Response(String(page), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  })
}
