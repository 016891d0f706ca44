import { defineIntegration } from '../../shared/integration.ts'
import { failedOrdersReview, sprintReport, triageIssue } from './prompts.ts'
import { issueResource } from './resources.ts'
import { addComment } from './tools/add-comment.ts'
import { addWorklog } from './tools/add-worklog.ts'
import { bulkCreateTickets } from './tools/bulk-create-tickets.ts'
import { createTicket } from './tools/create-ticket.ts'
import { getAttachment } from './tools/get-attachment.ts'
import { getCreateFields } from './tools/get-create-fields.ts'
import { getIssue } from './tools/get-issue.ts'
import { linkIssues } from './tools/link-issues.ts'
import { listBoards } from './tools/list-boards.ts'
import { listComments } from './tools/list-comments.ts'
import { listHistory } from './tools/list-history.ts'
import { listProjects } from './tools/list-projects.ts'
import { listSprintIssues } from './tools/list-sprint-issues.ts'
import { listSprints } from './tools/list-sprints.ts'
import { listTransitions } from './tools/list-transitions.ts'
import { moveIssuesToSprint } from './tools/move-issues-to-sprint.ts'
import { searchIssues } from './tools/search-issues.ts'
import { searchUsers } from './tools/search-users.ts'
import { transitionIssue } from './tools/transition-issue.ts'
import { updateIssue } from './tools/update-issue.ts'

/** Jira Cloud: REST v3 for issues, agile 1.0 for boards and sprints. */
export default defineIntegration({
  id: 'jira',
  title: 'Jira',
  instructions:
    'Jira issues of the projects you may use. Texts are Markdown both ways; people are written [@Name](accountid:ID), and an assignee is me, none or an account id. Every change is shown to a person, who approves it at Gatehouse; then collect its result. Ids and names come from the list and search tools.',
  limits: { projects: { title: 'Projects', kind: 'list', argument: 'project_key' } },
  scopes: {
    'jira:read': 'Search and read issues, comments, boards and sprints of your projects.',
    'jira:write': 'Propose new issues, comments and changes; a person approves each one.',
  },
  tools: [
    searchIssues,
    getIssue,
    listComments,
    listHistory,
    getAttachment,
    listProjects,
    getCreateFields,
    searchUsers,
    listTransitions,
    listBoards,
    listSprints,
    listSprintIssues,
    createTicket,
    bulkCreateTickets,
    updateIssue,
    transitionIssue,
    addComment,
    linkIssues,
    moveIssuesToSprint,
    addWorklog,
  ],
  resources: [issueResource],
  prompts: [triageIssue, sprintReport, failedOrdersReview],
})
