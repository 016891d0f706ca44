import type { ConsentDescription } from '@cloudflare/workers-oauth-provider'
import type { SignedIn } from '../identity.ts'
import { Page } from '../layout.tsx'

export function Consent(props: {
  readonly person: SignedIn
  readonly details: ConsentDescription
  readonly handle: string
  readonly scopes: readonly string[]
}) {
  return (
    <Page title="Allow access" person={props.person} narrow>
      <section class="card">
        <h1>Allow {props.details.clientName}?</h1>
        <form method="post">
          <input type="hidden" name="handle" value={props.handle} />
          {props.scopes.map((scope) => (
            <label>
              <input type="checkbox" name="scope" value={scope} checked={scope.endsWith(':read')} />{' '}
              {scope}
            </label>
          ))}
          <button name="decision" value="approve">
            Allow
          </button>
          <button name="decision" value="deny">
            Deny
          </button>
        </form>
      </section>
    </Page>
  )
}
