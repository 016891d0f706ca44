import { inject } from 'vitest'
import { provideParser } from '../../../workers/postgres/guard/parser.ts'
import program from '../../../workers/postgres/guard/parser.wasm'
import { callerOf, toNeon } from './caller.ts'
import { commits } from './suites/commits.ts'
import { explain } from './suites/explain.ts'
import { layers } from './suites/layers.ts'
import { queries } from './suites/queries.ts'
import { schema } from './suites/schema.ts'
import { values } from './suites/values.ts'
import { writes } from './suites/writes.ts'

provideParser(program)
const database = inject('postgres')
toNeon(database)
const caller = callerOf(database)

values(caller)
queries(caller, 9)
schema(caller)
explain(caller)
layers(caller, database)
writes(caller)
commits(caller)
