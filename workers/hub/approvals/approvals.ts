import { DurableObject } from 'cloudflare:workers'
import type { HubEnv } from '../env.ts'

export class Approvals extends DurableObject<HubEnv> {}
