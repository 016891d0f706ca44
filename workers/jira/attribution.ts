import type { ToolContext } from '../../shared/tool.ts'
import type { AdfDocument, AdfNode } from './adf/document.ts'

/**
 * Everything here is done by one service account, so what is made says for whom: in words below a
 * text that people read, and as an entity property (or history metadata) that programs read.
 */
export const askedBy = (ctx: ToolContext): string =>
  `Asked by ${ctx.principal.name} (${ctx.principal.email}) through Gatehouse, approval ${ctx.callId}`

/** The document with the line that says who asked. */
export const signed = (document: AdfDocument, ctx: ToolContext): AdfDocument => {
  const line: AdfNode = {
    type: 'paragraph',
    content: [{ type: 'text', text: askedBy(ctx), marks: [{ type: 'em' }] }],
  }
  return { ...document, content: [...document.content, line] }
}

/** For `properties` of an issue, comment or work log. */
export const attribution = (ctx: ToolContext) => ({
  key: 'gatehouse',
  value: { approval: ctx.callId, askedBy: ctx.principal.email },
})

/** For `historyMetadata` of an update or transition: shown with the change in the history. */
export const historyMetadata = (ctx: ToolContext) => ({
  type: 'gatehouse:approval',
  description: askedBy(ctx),
  actor: {
    id: ctx.principal.email,
    displayName: ctx.principal.name,
    type: 'gatehouse-person',
  },
  cause: { id: ctx.callId, type: 'gatehouse-approval' },
})

/** How a person finds out whether something was made whose answer was lost. */
export const findByApproval = (ctx: ToolContext): string =>
  `Search Jira for the text "${ctx.callId}", which everything made by this approval carries.`
