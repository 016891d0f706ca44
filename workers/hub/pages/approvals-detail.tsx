import { mayApprove, type Decision } from '../../../shared/policy.ts'
import type { Opened } from '../approvals/approvals.ts'
import type { ApprovalState } from '../../../shared/hub.ts'
import type { SignedIn } from '../identity.ts'
import { Page } from '../layout.tsx'
import { policy } from '../policy.ts'
import { PreviewOf } from './approvals-preview.tsx'
import { Shown, shortly } from './shown.tsx'
import { When } from './when.tsx'

/** How a state is called, and how it looks. */
export const stateWords: Readonly<Record<ApprovalState, readonly [label: string, look: string]>> = {
  proposed: ['Waits for a decision', 'warn'],
  approved: ['Approved, not run', 'warn'],
  denied: ['Denied', 'bad'],
  expired: ['Expired', ''],
  withdrawn: ['Withdrawn', ''],
  running: ['Running', 'warn'],
  done: ['Done', 'ok'],
  failed: ['Failed', 'bad'],
  unknown: ['Outcome unknown', 'bad'],
}

export interface DetailProps {
  readonly person: SignedIn
  readonly opened: Opened
  /** The client as it calls itself, and the domain that vouches for the name. */
  readonly client: { readonly name: string; readonly domain: string }
  /** What policy says at this moment. */
  readonly now: Decision
  readonly at: number
  /** What a click came to that did not go through. */
  readonly problem?: string
}

const decidesOn = ({ opened: { subject, standing }, now, person }: DetailProps): boolean =>
  standing.state === 'proposed' && mayApprove(now, subject.proposer, person)

/**
 * Seconds after which the page is worth loading again, or undefined: nothing will change, or there
 * is a form in it, which must not be loaded anew under somebody's fingers.
 */
export function refreshAfter(props: DetailProps): number | undefined {
  const { state } = props.opened.standing
  if (state === 'running') return 3
  return state === 'approved' || (state === 'proposed' && !decidesOn(props)) ? 5 : undefined
}

/** One approval: what will happen, who asks, what policy says, and the decision. */
export function Detail(props: DetailProps) {
  const { person, opened, now, at, problem } = props
  const { subject, standing, preview } = opened
  const [label, look] = stateWords[standing.state]
  const mine = subject.proposer.email === person.email
  const decides = decidesOn(props)
  return (
    <Page title="Approval" person={person}>
      <p class="row">
        <a href="/approvals">Approvals</a>
        <span class={`badge ${look}`} role="status">
          {label}
        </span>
      </p>
      {problem && (
        <p class="notice bad" role="alert">
          {problem}
        </p>
      )}
      <h1 class="shown">{shortly(preview.summary, 240)}</h1>
      <p class="lead">
        <strong>{mine ? 'You' : subject.proposer.name}</strong>
        {!mine && ` (${subject.proposer.email})`} asked for this through{' '}
        <Client {...props.client} />, <When at={subject.proposedAt} now={at} />.
      </p>
      <Next {...props} mine={mine} decides={decides} />
      <section class="card" aria-labelledby="what">
        <h2 id="what">{standing.until === null ? 'What was proposed' : 'What will happen'}</h2>
        <PreviewOf preview={preview} />
        <p>
          <a href={`/approvals/${subject.id}/whole.json`} download>
            The whole change as a file
          </a>
        </p>
      </section>
      {decides && <Decide opened={opened} fourEyes={now.outcome === 'four_eyes'} />}
      <Background {...props} />
      {mine && (standing.state === 'proposed' || standing.state === 'approved') && (
        <form method="post" class="actions">
          <button class="danger" name="verdict" value="withdraw">
            Withdraw it
          </button>
        </form>
      )}
    </Page>
  )
}

export function Client({ name, domain }: DetailProps['client']) {
  return (
    <>
      <strong>{shortly(name, 80)}</strong>{' '}
      <span class="badge">{domain ? shortly(domain, 80) : 'name not verified'}</span>
    </>
  )
}

/** What happens next, and who has to do something. */
function Next({
  opened: { standing, result },
  now,
  at,
  mine,
  decides,
}: DetailProps & { mine: boolean; decides: boolean }) {
  const until = standing.until === null ? null : <When at={standing.until} now={at} />
  const { state, decider, note, reason, error } = standing
  const by = decider && (
    <>
      {' '}
      by {decider.email} <When at={standing.decidedAt ?? 0} now={at} />
    </>
  )
  return (
    <section
      class={`notice ${state === 'denied' || state === 'failed' || state === 'unknown' ? 'bad' : state === 'done' ? '' : 'warn'}`}
      aria-label="State"
    >
      {state === 'proposed' && (
        <>
          <strong>
            {decides
              ? 'It waits for you.'
              : now.outcome === 'four_eyes' && mine
                ? 'Somebody else has to decide.'
                : 'It waits for a decision.'}
          </strong>
          {now.outcome === 'deny' ? (
            `It can’t be approved at the moment: ${now.reason}`
          ) : (
            <>Nothing has been changed yet. The proposal ends {until}.</>
          )}
        </>
      )}
      {state === 'approved' && (
        <>
          <strong>Approved{by}, but not run yet.</strong>
          Go back to your assistant and say “continue”: it collects the approval and runs it, once.
          It ends {until}.
        </>
      )}
      {state === 'running' && (
        <>
          <strong>It is running.</strong>
          Approved{by}.
        </>
      )}
      {state === 'denied' && <strong>Denied{by}. Nothing was changed.</strong>}
      {state === 'expired' && (
        <>
          <strong>Expired. Nothing was changed.</strong>
          {reason}
        </>
      )}
      {state === 'withdrawn' && <strong>Withdrawn. Nothing was changed.</strong>}
      {state === 'done' && (
        <>
          <strong>
            Done <When at={standing.endedAt ?? 0} now={at} />.
          </strong>
          Approved{by ?? ' by policy'}.
        </>
      )}
      {state === 'failed' && (
        <>
          <strong>It ran and failed.</strong>
          {error?.message}
        </>
      )}
      {state === 'unknown' && (
        <>
          <strong>It may or may not have happened.</strong>
          {reason} {error?.message} Look in the system itself before asking for it again; it is
          never repeated by itself.
        </>
      )}
      {note && <p class="shown">“{note}”</p>}
      {result && (
        <details>
          <summary>Result</summary>
          <pre tabindex={0}>
            <Shown value={result} length={4_000} />
          </pre>
        </details>
      )}
    </section>
  )
}

function Decide({
  opened: { subject },
  fourEyes,
}: {
  readonly opened: Opened
  readonly fourEyes: boolean
}) {
  return (
    <form method="post" class="card decide">
      <h2>Your decision</h2>
      {fourEyes && <p>Policy asks for a second person. You decide for {subject.proposer.name}.</p>}
      <input type="hidden" name="arguments_hash" value={subject.argumentsHash} />
      <label for="note">
        Note <span class="soft">(the assistant gets it too)</span>
      </label>
      <textarea id="note" name="note" rows={2} maxlength={500}></textarea>
      <div class="actions">
        <button name="verdict" value="approve">
          Approve
        </button>
        <button class="danger" name="verdict" value="deny">
          Deny
        </button>
      </div>
    </form>
  )
}

/** Everything else about it: the call, the arguments, policy, for who wants to know. */
function Background({ opened, now, client, at }: DetailProps) {
  const { subject, args } = opened
  const integration = policy.catalogue[subject.integration]
  return (
    <section class="card" aria-labelledby="about">
      <h2 id="about">About this call</h2>
      <dl class="facts">
        <dt>Tool</dt>
        <dd>
          {integration?.tools[subject.tool]?.title ?? subject.tool} <code>{subject.tool}</code> at{' '}
          {integration?.title ?? subject.integration}
        </dd>
        <dt>For</dt>
        <dd>
          {subject.proposer.name}, {subject.proposer.email}
        </dd>
        <dt>Through</dt>
        <dd>
          <Client {...client} />
        </dd>
        <dt>Proposed</dt>
        <dd>
          <When at={subject.proposedAt} now={at} />
          {subject.country && `, from ${subject.country}`}
        </dd>
        <dt>Policy</dt>
        <dd>
          {modes[subject.mode]} Rule <code>{subject.rule}</code>, version{' '}
          <code>{subject.policyVersion}</code>. {subject.reason !== plainReason && subject.reason}
          {now.version !== subject.policyVersion && (
            <span class="badge bad">the policy has changed since</span>
          )}
        </dd>
        {subject.mode !== 'allow' && (
          <>
            <dt>Who may decide</dt>
            <dd>{approversOf(subject)}</dd>
          </>
        )}
      </dl>
      <details>
        <summary>Arguments</summary>
        {args ? (
          <pre tabindex={0}>
            <Shown value={args} length={20_000} />
          </pre>
        ) : (
          <p>Erased a day after the end, as all arguments are. Their hash stays on record.</p>
        )}
        <p>
          <small>
            SHA-256 of their canonical JSON: <code>{subject.argumentsHash}</code>
          </small>
        </p>
      </details>
    </section>
  )
}

/** What a decision says when there is nothing more to say. */
const plainReason = 'A rule allows it.'

const modes = {
  allow: 'Asks nobody.',
  ask: 'Asks a person.',
  four_eyes: 'Asks a second person.',
} as const

function approversOf({ approvers, mode, proposer }: Opened['subject']): string {
  const names = approvers.map((one) =>
    one === 'self' ? proposer.email : 'group' in one ? `the group ${one.group}` : one.person,
  )
  const list = names.join(', ') || 'nobody'
  return mode === 'four_eyes' ? `${list}, but not ${proposer.email}` : list
}
