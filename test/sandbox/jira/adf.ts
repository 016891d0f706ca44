import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import * as z from 'zod'
import type { Adf } from './model.ts'

/**
 * Atlassian's own schema of bodies (`@atlaskit/adf-schema` 57.7.22, `dist/json-schema/v1/full.json`,
 * Apache-2.0): Jira refuses what doesn't fit, and so does this one.
 */
const { $schema: _, ...schema } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'adf-schema.json'), 'utf8'),
) as Record<string, unknown>
const validate = new Ajv({ strict: false }).compile<Adf>(schema)

/** Where a body breaks the schema; empty when it fits. */
export const adfProblems = (value: unknown): string[] =>
  validate(value)
    ? []
    : (validate.errors ?? []).slice(0, 3).map((e) => `${e.instancePath} ${e.message ?? ''}`)

export const AdfBody = z.custom<Adf>((value) => validate(value), 'is not a valid ADF document')
