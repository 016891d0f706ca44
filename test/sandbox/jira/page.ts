/** What was made, as a person would look it up in Jira: issues by project, newest first. */
import { html } from 'hono/html'
import { adfToMarkdown } from '../../../workers/jira/adf/to-markdown.ts'
import type { AdfDocument } from '../../../workers/jira/adf/document.ts'
import type { Adf, Issue, Site } from './model.ts'

export const pageOfSite = (site: Site) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Pretend Jira</title>
        <style>
          :root {
            color-scheme: light dark;
            font:
              15px/1.5 system-ui,
              sans-serif;
          }
          body {
            margin: 0 auto;
            max-width: 60rem;
            padding: 1.5rem;
          }
          details {
            border-bottom: 1px solid #8884;
            padding: 0.4rem 0;
          }
          summary {
            cursor: pointer;
          }
          pre {
            margin: 0.5rem 0 0.5rem 1.2rem;
            padding-left: 0.8rem;
            border-left: 2px solid #8884;
            white-space: pre-wrap;
            overflow-wrap: anywhere;
            font: inherit;
          }
          .note {
            color: #777;
            font-size: 0.85rem;
          }
        </style>
      </head>
      <body>
        <h1>Pretend Jira</h1>
        <p class="note">${site.issues.length} issues · ${site.links.length} links</p>
        ${site.projects.map(
          ({ key, name }) =>
            html`<h2>${key} <small class="note">${name}</small></h2>
              ${site.issues
                .filter(({ project }) => project === key)
                .toReversed()
                .map((issue) => article(site, issue))}`,
        )}
      </body>
    </html>`

function article(site: Site, issue: Issue) {
  const nameOf = (id: string | null) =>
    site.people.find(({ accountId }) => accountId === id)?.displayName ?? 'nobody'
  return html`<details id="${issue.key}">
    <summary>
      <b>${issue.key}</b> ${issue.summary}
      <span class="note">
        ${issue.type} · ${issue.status} · ${issue.priority} · ${nameOf(issue.assignee)}
      </span>
    </summary>
    <pre>${markdown(issue.description)}</pre>
    ${issue.comments.map(
      ({ author, at, body, public: seen }) =>
        html`<p class="note">
            ${nameOf(author)}, ${new Date(at).toISOString().slice(0, 16)}
            ${seen ? '(the customer sees it)' : ''}
          </p>
          <pre>${markdown(body)}</pre>`,
    )}
    ${issue.changes.map(
      ({ items, at }) =>
        html`<p class="note">
          ${new Date(at).toISOString().slice(0, 16)}
          ${items.map(({ field, from, to }) => `${field}: ${from ?? '–'} → ${to ?? '–'}`).join(', ')}
        </p>`,
    )}
  </details>`
}

const markdown = (body: Adf | null): string =>
  body ? adfToMarkdown(body as unknown as AdfDocument).markdown : ''
