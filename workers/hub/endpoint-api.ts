import { WorkerEntrypoint } from 'cloudflare:workers'
import { WriteCheck, type HubApi, type Validation, type WriteVerdict } from '../../shared/hub.ts'
import { configuration, integrationOf } from './configuration.ts'
import type { HubEnv } from './env.ts'
import { checkWrite, validateToken } from './tokens.ts'

/** Set on the Service Binding in wrangler.toml, so an endpoint can't speak for another one. */
interface BindingProps {
  readonly integration?: string
}

/** The hub as endpoints see it, over a Service Binding; never reachable from the internet. */
export class EndpointApi
  extends WorkerEntrypoint<HubEnv, BindingProps>
  implements Pick<HubApi, 'validateToken' | 'checkWrite'>
{
  async validateToken(resource: string, token: string): Promise<Validation | null> {
    this.#own(resource)
    return validateToken(this.env, this.ctx, resource, token)
  }

  async checkWrite(resource: string, token: string, check: WriteCheck): Promise<WriteVerdict> {
    this.#own(resource)
    return checkWrite(this.env, resource, token, WriteCheck.parse(check))
  }

  /** An endpoint may ask about its own resource only. @throws Error otherwise. */
  #own(resource: string): void {
    const integration = integrationOf(configuration(this.env), resource)
    if (!integration || integration !== this.ctx.props.integration)
      throw new Error('This binding may not ask about that resource.')
  }
}
