import { DurableObject } from 'cloudflare:workers'

/** The environment the bare handler borrows names a Session class; it is never called. */
export class Session extends DurableObject {}
