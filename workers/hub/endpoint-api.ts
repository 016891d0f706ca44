import { WorkerEntrypoint } from 'cloudflare:workers'
import * as z from 'zod'
import {
  Outcome,
  Proposal,
  WriteCheck,
  type ApprovalAnswer,
  type ApprovalStatus,
  type HubApi,
  type Validation,
  type WriteVerdict,
} from '../../shared/hub.ts'
import { approvals } from './approvals/stub.ts'
import { proposeWrite, redeemWrite } from './approvals/redemption.ts'
import { configuration, integrationOf } from './configuration.ts'
import type { HubEnv } from './env.ts'
import { appendToLedger } from './ledger/append.ts'
import { recordable } from './ledger/record.ts'
import { checkWrite, validateToken } from './tokens.ts'

/** Set on the Service Binding in wrangler.toml, so an endpoint can't speak for another one. */
interface BindingProps {
  readonly integration?: string
}

/** The hub as endpoints see it, over a Service Binding; never reachable from the internet. */
export class EndpointApi extends WorkerEntrypoint<HubEnv, BindingProps> implements HubApi {
  async validateToken(resource: string, token: string): Promise<Validation | null> {
    this.#own(resource)
    return validateToken(this.env, this.ctx, resource, token)
  }

  async checkWrite(resource: string, token: string, check: WriteCheck): Promise<WriteVerdict> {
    this.#own(resource)
    return checkWrite(this.env, resource, token, WriteCheck.parse(check))
  }

  async propose(resource: string, token: string, proposal: Proposal): Promise<ApprovalAnswer> {
    this.#own(resource)
    return proposeWrite(this.env, resource, token, Proposal.parse(proposal))
  }

  async redeem(
    resource: string,
    token: string,
    approvalId: string,
    waitMs: number,
  ): Promise<ApprovalAnswer | null> {
    this.#own(resource)
    return redeemWrite(
      this.env,
      resource,
      token,
      z.string().parse(approvalId),
      z.number().parse(waitMs),
    )
  }

  async heartbeat(resource: string, approvalId: string, lease: string): Promise<boolean> {
    return approvals(this.env).beat(
      z.string().parse(approvalId),
      this.#own(resource),
      z.string().parse(lease),
    )
  }

  async finish(resource: string, outcome: Outcome): Promise<ApprovalStatus> {
    return approvals(this.env).finish(this.#own(resource), Outcome.parse(outcome))
  }

  async record(resource: string, batch: readonly unknown[]): Promise<void> {
    const integration = this.#own(resource)
    const events = z.array(z.unknown()).max(500).parse(batch)
    await appendToLedger(
      this.env,
      integration,
      events.map((event) => recordable(integration, event)),
    )
  }

  /** An endpoint may ask about its own resource only. @returns its integration. @throws Error otherwise. */
  #own(resource: string): string {
    const integration = integrationOf(configuration(this.env), resource)
    if (!integration || integration !== this.ctx.props.integration)
      throw new Error('This binding may not ask about that resource.')
    return integration
  }
}
