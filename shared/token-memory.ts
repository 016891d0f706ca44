import type { OAuthResourceTokenValidator } from '@cloudflare/workers-oauth-provider'
import { withDeadline } from './deadline.ts'
import { Validation, parseRpc, type CallerProps, type HubApi } from './hub.ts'

type Answer = Exclude<Awaited<ReturnType<OAuthResourceTokenValidator<CallerProps>>>, null>

/** A validated token is remembered this long; the hub itself remembers 3 s, so a revocation bites within 10. */
const rememberedMs = 7_000
const rememberedTokens = 2_000
const hubDeadlineMs = 10_000

/**
 * The hub's word on a token, remembered in this isolate for at most seven seconds, so that most
 * reads make no hop. Answers are remembered, not questions: a question belongs to the request that
 * asked it and dies with it. A refusal or failure isn't remembered.
 * @throws when the hub can't be reached, is silent for ten seconds or answers nonsense
 */
export function rememberingValidator(
  hub: Pick<HubApi, 'validateToken'>,
): OAuthResourceTokenValidator<CallerProps> {
  const known = new Map<string, { until: number; answer: Answer }>()
  return async (resource, token) => {
    const now = Date.now()
    const remembered = known.get(token)
    if (remembered && remembered.until > now) return remembered.answer
    known.delete(token)
    const asked = hub.validateToken(resource, token)
    const given = await withDeadline(asked, AbortSignal.timeout(hubDeadlineMs))
    if (given === null) return null
    const { expiresAt, ...rest } = parseRpc(Validation, given)
    const answer = { ...rest, ...(expiresAt !== undefined && { expiresAt }) }
    known.set(token, { until: now + rememberedMs, answer })
    for (const oldest of known.keys()) {
      if (known.size <= rememberedTokens) break
      known.delete(oldest)
    }
    return answer
  }
}
