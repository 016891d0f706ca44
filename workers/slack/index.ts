import { endpoint } from '../../shared/endpoint.ts'
import { sessionClass } from '../../shared/session.ts'
import integration from './integration.ts'

export { Upstream } from '../../shared/upstream.ts'
export class Session extends sessionClass(integration) {}
export default endpoint(integration)
