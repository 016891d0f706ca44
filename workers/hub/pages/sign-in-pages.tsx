import { Page } from '../layout.tsx'
import { devPeople } from '../sign-in/dev.ts'

/** Development sign-in: a button a person. */
export function DevSignIn({ returnTo }: { readonly returnTo: string }) {
  return (
    <Page title="Sign in" narrow>
      <section class="card">
        <h1>Who are you today?</h1>
        <p class="soft">This hub runs on your own machine, so there is no password.</p>
        <form method="post" action="/sign-in" class="people">
          <input type="hidden" name="return_to" value={returnTo} />
          {devPeople.map(({ email, name, groups }) => (
            <button name="email" value={email}>
              <strong>{name}</strong>
              <span>{email}</span>
              <small>{groups.length > 0 ? groups.join(', ') : 'in no group'}</small>
            </button>
          ))}
        </form>
      </section>
    </Page>
  )
}

export function SignedOut() {
  return (
    <Page title="Signed out" narrow>
      <section class="card">
        <h1>You are signed out</h1>
        <p class="soft">
          Apps you connected keep working. To stop one, sign in and end its connection.
        </p>
        <p class="actions">
          <a class="button" href="/sign-in">
            Sign in again
          </a>
        </p>
      </section>
    </Page>
  )
}
