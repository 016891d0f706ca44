import { endpoint } from '../../shared/endpoint.ts'
import { sessionClass } from '../../shared/session.ts'
import { provideParser } from './guard/parser.ts'
import parser from './guard/parser.wasm'
import integration from './integration.ts'

provideParser(parser)
export class Session extends sessionClass(integration) {}
export default endpoint(integration)
