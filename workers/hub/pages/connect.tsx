import { Hono } from 'hono/tiny'
import { configuration, resourceOf } from '../configuration.ts'
import { offerFor, type Offer } from '../consent.ts'
import { Page, show } from '../layout.tsx'
import { requireSession, type HubContext } from '../session.ts'
import { Copyable } from './copyable.tsx'

export const connect = new Hono<HubContext>()

connect.get('/', requireSession, (c) => {
  const { person } = c.var
  const usable = Object.entries(configuration(c.env).ENDPOINTS)
    .map(([id, origin]) => ({ id, url: resourceOf(origin), offer: offerFor(person, id, []) }))
    .filter(({ offer }) => offer.scopes.length > 0)
  return show(
    c,
    <Page title="Connect" person={person}>
      {usable.length === 0 ? (
        <Nothing groups={person.groups} />
      ) : (
        <>
          <h1>Connect your assistant</h1>
          <p class="lead">
            Add an address to Claude or another MCP client. It asks you to sign in here and to say
            what it may do; you can end that at any time under <a href="/access">Connections</a>.
          </p>
          <div class="grid">
            {usable.map((endpoint) => (
              <Endpoint {...endpoint} />
            ))}
          </div>
        </>
      )}
    </Page>,
  )
})

function Nothing({ groups }: { readonly groups: readonly string[] }) {
  return (
    <section class="card empty">
      <h1>Nothing is open to you yet</h1>
      <p>
        {groups.length > 0
          ? `You are in ${groups.join(', ')}, and your company’s policy gives that nothing here.`
          : 'You are in no group, and your company’s policy gives access by group.'}
      </p>
      <p>Ask whoever looks after Gatehouse to add you, then sign out and in again.</p>
    </section>
  )
}

interface EndpointProps {
  readonly id: string
  readonly url: string
  readonly offer: Offer
}

function Endpoint({ id, url, offer }: EndpointProps) {
  const { title, scopes } = offer
  const command = `claude mcp add --transport http ${id} ${url}`
  return (
    <section class="card" aria-labelledby={`endpoint-${id}`}>
      <h2 id={`endpoint-${id}`} class="row">
        <span class="tile" aria-hidden="true">
          {title.slice(0, 1)}
        </span>
        {title}
      </h2>
      <ul class="plain soft">
        {scopes.map(({ text, changes }) => (
          <li>
            {text} {changes === 'at_once' && <span class="badge warn">changes run at once</span>}
          </li>
        ))}
      </ul>
      <Copyable text={url} label={`the address of ${title}`} />
      <details open>
        <summary>Claude Code</summary>
        <Copyable text={command} label="the command for Claude Code" />
      </details>
      <details>
        <summary>Claude on the web, desktop and phone</summary>
        <ol>
          <li>
            Open{' '}
            <a href="https://claude.ai/settings/connectors?modal=add-custom-connector">
              Settings → Connectors
            </a>{' '}
            and choose “Add custom connector”.
          </li>
          <li>Paste the address above, then press “Connect”.</li>
        </ol>
      </details>
      <details>
        <summary>Cursor, VS Code</summary>
        <p class="row">
          <a class="button quiet small" href={cursorLink(id, url)}>
            Add to Cursor
          </a>
          <a class="button quiet small" href={vscodeLink(id, url)}>
            Add to VS Code
          </a>
        </p>
      </details>
      <details>
        <summary>{scopes.reduce((sum, scope) => sum + scope.tools.length, 0)} tools</summary>
        <dl class="facts">
          {scopes.map(({ scope, tools, changes }) => (
            <>
              <dt>{changes ? 'Change' : 'Read'}</dt>
              <dd title={scope}>{tools.join(' · ')}</dd>
            </>
          ))}
        </dl>
      </details>
    </section>
  )
}

/** https://docs.cursor.com/en/tools/developers#generate-install-link */
const cursorLink = (id: string, url: string): string =>
  `cursor://anysphere.cursor-deeplink/mcp/install?name=${id}&config=${encodeURIComponent(btoa(JSON.stringify({ url })))}`

/** https://code.visualstudio.com/api/extension-guides/ai/mcp#create-an-mcp-installation-url */
const vscodeLink = (name: string, url: string): string =>
  `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name, type: 'http', url }))}`
