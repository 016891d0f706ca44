-- name: support open tickets by priority
-- source: written for this corpus: a support team's questions
SELECT priority, count(*) FROM support.tickets WHERE status <> 'closed' GROUP BY priority ORDER BY array_position(ARRAY['urgent', 'high', 'normal', 'low'], priority);

-- name: support tickets of one customer with their orders
-- source: written for this corpus: a support team's questions
SELECT t.id, t.subject, t.status, o.id AS order_id, o.status AS order_status, left(t.body, 200) AS body FROM support.tickets t LEFT JOIN orders o ON o.id = t.order_id WHERE t.customer_id = 42 ORDER BY t.created_at DESC LIMIT 20;

-- name: support tickets that mention refunds
-- source: written for this corpus: a support team's questions
SELECT id, subject, created_at FROM support.tickets WHERE subject ILIKE '%refund%' OR body ILIKE '%money back%' ORDER BY created_at DESC LIMIT 25;

-- name: support tickets per thousand orders by category
-- source: written for this corpus: a support team's questions
SELECT p.category, round(1000.0 * count(DISTINCT t.id) / nullif(count(DISTINCT i.order_id), 0), 1) AS tickets_per_1000 FROM order_items i JOIN products p ON p.id = i.product_id LEFT JOIN support.tickets t ON t.order_id = i.order_id GROUP BY 1 ORDER BY 2 DESC NULLS LAST;

-- name: support customers with a failed order and no ticket
-- source: written for this corpus: a support team's questions
SELECT DISTINCT c.id, c.name, c.email FROM customers c JOIN orders o ON o.customer_id = c.id AND o.status = 'failed' WHERE NOT EXISTS (SELECT 1 FROM support.tickets t WHERE t.customer_id = c.id AND t.created_at > o.created_at) LIMIT 100;

-- name: support ticket age in words
-- source: written for this corpus: a support team's questions
SELECT id, subject, extract(day FROM age(now(), created_at)) || ' days ' || extract(hour FROM age(now(), created_at)) || ' hours' AS open_for FROM support.tickets WHERE status = 'open' ORDER BY created_at LIMIT 20;

-- name: support most frequent words
-- source: written for this corpus: a support team's questions
SELECT word, count(*) FROM support.tickets, regexp_split_to_table(lower(body), '[^a-z]+') AS word WHERE length(word) > 4 GROUP BY word ORDER BY 2 DESC LIMIT 50;

-- name: support full text with rank
-- source: written for this corpus: a support team's questions
SELECT id, subject, round(ts_rank(to_tsvector('english', coalesce(subject, '') || ' ' || coalesce(body, '')), plainto_tsquery('english', 'damaged chair'))::numeric, 4) AS rank FROM support.tickets
WHERE to_tsvector('english', coalesce(subject, '') || ' ' || coalesce(body, '')) @@ plainto_tsquery('english', 'damaged chair') ORDER BY rank DESC LIMIT 10;

-- name: support backlog at the end of each day
-- source: written for this corpus: a support team's questions
SELECT d::date AS day, (SELECT count(*) FROM support.tickets t WHERE t.created_at < d + interval '1 day' AND t.status <> 'closed') AS backlog FROM generate_series(now()::date - interval '13 days', now()::date, '1 day') AS g(d) ORDER BY d;

-- name: support repeat contacts within a week
-- source: written for this corpus: a support team's questions
SELECT customer_id, count(*) AS repeats FROM (SELECT customer_id, created_at - lag(created_at) OVER (PARTITION BY customer_id ORDER BY created_at) AS gap FROM support.tickets) t WHERE gap < interval '7 days' GROUP BY 1 ORDER BY 2 DESC LIMIT 20;

-- name: support mask addresses in the text
-- source: written for this corpus: a support team's questions
SELECT id, regexp_replace(body, '[[:alnum:]._%+-]+@[[:alnum:].-]+\.[a-z]{2,}', '<email>', 'gi') AS body FROM support.tickets ORDER BY id LIMIT 10;

-- name: support tickets grouped by subject similarity of prefix
-- source: written for this corpus: a support team's questions
SELECT lower(left(subject, 20)) AS prefix, count(*), (array_agg(id ORDER BY created_at DESC))[1:5] AS examples FROM support.tickets GROUP BY 1 HAVING count(*) > 5 ORDER BY 2 DESC;

-- name: support escalation share by country
-- source: written for this corpus: a support team's questions
SELECT c.country, count(*) AS tickets, count(*) FILTER (WHERE t.priority IN ('high', 'urgent')) * 100 / count(*) AS escalated_pct FROM support.tickets t JOIN customers c ON c.id = t.customer_id GROUP BY c.country HAVING count(*) >= 10 ORDER BY 3 DESC;

-- name: support customer card for an agent
-- source: written for this corpus: a support team's questions
SELECT c.id, c.name, c.segment, c.country, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS orders, (SELECT max(created_at) FROM orders o WHERE o.customer_id = c.id) AS last_order,
       ARRAY(SELECT subject FROM support.tickets t WHERE t.customer_id = c.id ORDER BY t.created_at DESC LIMIT 3) AS last_subjects FROM customers c WHERE c.email = 'someone@example.com';

-- name: support tickets with their whole row as json
-- source: written for this corpus: a support team's questions
SELECT to_jsonb(t) FROM support.tickets t WHERE t.priority = 'urgent' ORDER BY t.created_at DESC LIMIT 5;

-- name: support weekend load
-- source: written for this corpus: a support team's questions
SELECT extract(isodow FROM created_at) IN (6, 7) AS weekend, count(*), count(*)::float / count(DISTINCT created_at::date) AS per_day FROM support.tickets GROUP BY 1;

-- name: support unanswered questions with a question mark
-- source: written for this corpus: a support team's questions
SELECT id, subject FROM support.tickets WHERE body LIKE '%?%' AND status = 'open' AND length(body) BETWEEN 20 AND 500 ORDER BY length(body) LIMIT 20;

-- name: support merge candidates
-- source: written for this corpus: a support team's questions
SELECT a.id, b.id, a.subject FROM support.tickets a JOIN support.tickets b ON a.customer_id = b.customer_id AND a.id < b.id AND lower(trim(a.subject)) = lower(trim(b.subject)) WHERE b.created_at - a.created_at < '1 day' LIMIT 50;
