import type { Offer, OfferedScope } from '../consent.ts'
import type { SignedIn } from '../identity.ts'
import { Page } from '../layout.tsx'

/** What a client says about itself, made safe to show, and what we know about it. */
export interface ClientFacts {
  readonly name: string
  /** The domain that published the client's document, or ''. */
  readonly domain: string
  readonly redirectHost: string
  readonly redirectIsLoopback: boolean
}

interface ConsentProps {
  readonly person: SignedIn
  readonly client: ClientFacts
  readonly offer: Offer
  readonly handle: string
  /** Nothing was ticked the last time. */
  readonly nothingTicked: boolean
}

/** The page on which a person decides what a client may do for them. */
export function ConsentPage({ person, client, offer, handle, nothingTicked }: ConsentProps) {
  return (
    <Page title={`Allow ${client.name}`} person={person} narrow focused>
      <section class="card">
        <h1>
          Let {client.name} use {offer.title}?
        </h1>
        <p class="soft">It will act as you, {person.email}, within what you tick here.</p>
        <Facts client={client} />
        <form method="post">
          <input type="hidden" name="handle" value={handle} />
          <input type="hidden" name="as" value={person.userId} />
          {nothingTicked && (
            <p class="notice bad" role="alert">
              Tick at least one permission, or deny.
            </p>
          )}
          <fieldset class="scopes">
            <legend>It may</legend>
            {offer.scopes.map((scope) => (
              <ScopeBox offered={scope} />
            ))}
          </fieldset>
          {offer.withheld.length > 0 && (
            <p class="notice">
              It also asked for {offer.withheld.join(', ')}, which your company’s policy does not
              give you.
            </p>
          )}
          <p class="actions">
            <button name="decision" value="approve">
              Allow
            </button>
            <button name="decision" value="deny" class="quiet">
              Deny
            </button>
          </p>
        </form>
      </section>
      <p class="after">
        You can end this at any time under Connections. Not {person.name}? Sign out first.
      </p>
    </Page>
  )
}

function Facts({ client }: { readonly client: ClientFacts }) {
  const { domain, redirectHost, redirectIsLoopback } = client
  return (
    <>
      <dl class="facts">
        <dt>Published by</dt>
        <dd>
          {domain ? (
            <>
              <strong>{domain}</strong> <span class="badge ok">verified</span>
            </>
          ) : (
            <>
              unknown <span class="badge warn">unverified</span>
            </>
          )}
        </dd>
        <dt>Access goes to</dt>
        <dd>
          <strong>{redirectHost}</strong>
        </dd>
      </dl>
      {!domain && !redirectIsLoopback && (
        <p class="notice warn">
          This app named itself; nobody vouches for the name. Continue only if you know{' '}
          {redirectHost}.
        </p>
      )}
      {redirectIsLoopback && (
        <p class="notice warn">
          <strong>This goes to a program on your computer.</strong> Any program can claim this name.
          Continue only if you just started signing in from it yourself.
        </p>
      )}
    </>
  )
}

const changeWords = {
  asked: 'each change waits for approval',
  at_once: 'changes run at once',
}

function ScopeBox({ offered }: { readonly offered: OfferedScope }) {
  const { scope, text, tools, changes, ticked } = offered
  return (
    <label>
      <input type="checkbox" name="scope" value={scope} checked={ticked} />
      <span>
        {text}
        <small>
          {changes && <span class="badge warn">{changeWords[changes]}</span>} {tools.join(' · ')}
        </small>
        <small>
          <code>{scope}</code>
        </small>
      </span>
    </label>
  )
}

/** For somebody whom policy gives nothing the client could have. There is no way back to the client from here. */
export function NothingToGrant(props: {
  readonly person: SignedIn
  readonly client: ClientFacts
  readonly offer: Offer
}) {
  const { person, client, offer } = props
  return (
    <Page title="Nothing to allow" person={person} narrow>
      <section class="card">
        <h1>{offer.title} isn’t open to you</h1>
        <p>
          {client.name} asked to use it as you, {person.email}. Your company’s policy gives you{' '}
          {offer.withheld.length > 0
            ? `neither ${offer.withheld.join(' nor ')}`
            : 'none of its permissions'}
          , so nothing was granted and nothing was sent to the app.
        </p>
        <p class="soft">
          {person.groups.length > 0
            ? `You are in ${person.groups.join(', ')}.`
            : 'You are in no group.'}{' '}
          If you need it, ask whoever looks after Gatehouse, then connect again.
        </p>
        <p class="actions">
          <a class="button" href="/">
            See what is open to you
          </a>
        </p>
      </section>
    </Page>
  )
}
