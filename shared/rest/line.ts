/** The line to one upstream for one call: turns, attempts and credentials around single exchanges. */
import { ToolError } from '../errors.ts'
import type { ToolContext } from '../tool.ts'
import { readJson, type Received } from './answer.ts'
import { authorizations } from './authorization.ts'
import type { MintedCredential, MintedToken } from './credential.ts'
import type { Gate } from './gate.ts'
import type { HeaderValues, RestOptions } from './options.ts'
import { setHeaders, type Draft } from './request.ts'
import { pause, pauseMs } from './retry.ts'
import type { Slots } from './slots.ts'
import { exchange } from './transport.ts'
import type { Report } from './upstream-api.ts'
import { judge, mismatch, type Asked, type Verdict } from './verdict.ts'

export interface Line {
  readonly ctx: Pick<ToolContext, 'signal' | 'log' | 'principal'>
  readonly options: RestOptions
  /** What messages call the upstream. */
  readonly name: string
  readonly gate: Gate
  readonly slots: Slots
  /** @throws ToolError `misconfigured` for an address this endpoint may not talk to */
  readonly checkUrl: (url: string) => URL
}

export interface Sending {
  readonly draft: Draft
  readonly asked: Asked
  readonly timeoutMs: number
  readonly read: (response: Response) => Promise<Received>
  /** Whether the answer is the vendor's JSON, which `explain` may know; a file isn't. */
  readonly explains: (status: number) => boolean
}

/**
 * Sends until it is answered for good: each credential that is refused gives way to the next.
 * @throws ToolError, or OutcomeUnknown for a write that may have happened
 */
export async function converse(line: Line, sending: Sending): Promise<Received> {
  const mint = (credential: MintedCredential) => mintToken(line, credential)
  let refusal: ToolError | undefined
  for await (const { index, headers } of authorizations(
    line.options,
    line.slots,
    line.gate,
    mint,
  )) {
    const result = await attempts(line, sending, headers)
    if (!(result instanceof ToolError)) {
      line.slots.worked(index)
      if (index > 0) line.ctx.log({ credential: 'second' })
      return result
    }
    refusal = result
  }
  throw refusal ?? new ToolError('internal', 'No request was sent.')
}

/** Tries again what changes nothing, within bounds. Returns the refusal when it is the credential that is wrong. */
async function attempts(
  line: Line,
  { draft, asked, timeoutMs, read, explains }: Sending,
  credential: HeaderValues,
): Promise<Received | ToolError> {
  const { ctx, options, gate } = line
  const headers = new Headers(draft.headers)
  setHeaders(headers, credential)
  const wire = { signal: ctx.signal, timeoutMs, via: options.via }
  for (let attempt = 1; ; attempt++) {
    const permit = await gate.enter(draft.route)
    const result = await exchange({ ...draft, headers }, wire, read)
    const explained =
      result.kind === 'answer' && explains(result.status)
        ? options.explain?.(result.status, result.body, result.headers)
        : undefined
    const verdict = judge(asked, result, explained, Date.now())
    const reported = permit.done(reportOf(verdict, draft, options))
    if (verdict.kind === 'accept' && result.kind === 'answer') return result
    if (verdict.kind === 'credential_refused') return verdict.error
    if (verdict.kind !== 'fail')
      throw new ToolError('internal', 'An answer was accepted without one.')
    await reported // everybody is to know of it before anybody tries again
    const ms =
      draft.safe && verdict.again
        ? pauseMs(attempt, verdict.retryAfterMs, Math.random())
        : undefined
    if (ms === undefined) throw verdict.error
    ctx.log({ attempts: attempt + 1 })
    await pause(ms, ctx.signal).catch(() => {
      throw verdict.error // the deadline came first: what went wrong before says more
    })
  }
}

function reportOf(verdict: Verdict, { route }: Draft, { budget }: RestOptions): Report {
  if (verdict.kind !== 'fail') return { health: 'up' }
  const { health, retryAfterMs = 1_000 } = verdict
  if (health !== 'limited') return { health }
  const block = { ms: retryAfterMs, ...(budget?.retryAfter === 'route' && { route }) }
  return { health, block }
}

/** Asks an authorization server for a token. It changes nothing, so it may be tried again. */
async function mintToken(line: Line, credential: MintedCredential): Promise<MintedToken> {
  const { url, headers: extra, body } = await credential.mint(Date.now())
  const headers = new Headers({ accept: 'application/json', 'user-agent': 'Gatehouse' })
  setHeaders(headers, extra)
  const name = `The sign-in of ${line.name}`
  const asked = { name, safe: true, route: 'POST token', howToFindOut: '' }
  const tokenLine = { ...line, name, options: { baseUrl: url }, gate: passing }
  const answer = await converse(tokenLine, {
    draft: { ...asked, method: 'POST', url: line.checkUrl(url), headers, body },
    asked,
    timeoutMs: 10_000,
    read: (response) => readJson(response, 64 * 1024),
    explains: () => false,
  })
  const parsed = credential.answer.safeParse(answer.body)
  if (parsed.success) return parsed.data
  throw mismatch(asked, answer.status, 'token answer')
}

/** An authorization server is another system: its requests don't count against the upstream's budget. */
const passing: Gate = {
  enter: async () => ({ done: async () => {} }),
  token: async () => {
    throw new ToolError('internal', 'A token is not minted with another token.')
  },
  forget: async () => {},
}
