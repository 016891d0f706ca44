/** Arguments that several tools share, worded once. */
import * as z from 'zod'

export const channel = z.string().min(1).max(100).describe('#name or id')
export const text = z.string().min(1).max(12_000).describe('Markdown')
export const message = z.string().min(1).max(300).describe('ts or permalink')
