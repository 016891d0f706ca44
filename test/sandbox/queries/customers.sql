-- name: customers new customers by week and segment
-- source: written for this corpus: a growth team's questions
SELECT date_trunc('week', created_at)::date AS week, segment, count(*) FROM customers WHERE created_at > now() - interval '12 weeks' GROUP BY week, segment ORDER BY week, segment;

-- name: customers customers of the top five countries
-- source: written for this corpus: a growth team's questions
SELECT * FROM customers WHERE country IN (SELECT country FROM customers GROUP BY country ORDER BY count(*) DESC LIMIT 5) ORDER BY id LIMIT 100;

-- name: customers lapsed customers
-- source: written for this corpus: a growth team's questions
SELECT c.id, c.name, max(o.created_at) AS last_order FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING max(o.created_at) < now() - interval '90 days' ORDER BY last_order LIMIT 100;

-- name: customers time between first and second order
-- source: written for this corpus: a growth team's questions
WITH n AS (SELECT customer_id, created_at, row_number() OVER (PARTITION BY customer_id ORDER BY created_at) AS k FROM orders)
SELECT avg(b.created_at - a.created_at), percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM b.created_at - a.created_at) / 86400) AS median_days FROM n a JOIN n b USING (customer_id) WHERE a.k = 1 AND b.k = 2;

-- name: customers retention matrix by month
-- source: written for this corpus: a growth team's questions
WITH first AS (SELECT customer_id, date_trunc('month', min(created_at)) AS cohort FROM orders GROUP BY 1),
activity AS (SELECT DISTINCT customer_id, date_trunc('month', created_at) AS month FROM orders)
SELECT f.cohort::date, count(DISTINCT f.customer_id) AS size,
       count(DISTINCT a.customer_id) FILTER (WHERE a.month = f.cohort + interval '1 month') AS m1, count(DISTINCT a.customer_id) FILTER (WHERE a.month = f.cohort + interval '2 months') AS m2, count(DISTINCT a.customer_id) FILTER (WHERE a.month = f.cohort + '3 months'::interval) AS m3
FROM first f JOIN activity a USING (customer_id) GROUP BY 1 ORDER BY 1;

-- name: customers lifetime value by country
-- source: written for this corpus: a growth team's questions
SELECT c.country, count(DISTINCT c.id) AS customers, sum(o.total_cents) / count(DISTINCT c.id) AS ltv_cents FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.status IN ('paid', 'shipped', 'delivered') GROUP BY c.country ORDER BY ltv_cents DESC NULLS LAST;

-- name: customers e-mail domains
-- source: written for this corpus: a growth team's questions
SELECT split_part(email, '@', 2) AS domain, count(*) FROM customers GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC LIMIT 20;

-- name: customers possible duplicates
-- source: written for this corpus: a growth team's questions
SELECT lower(email) AS email, array_agg(id) AS ids, count(*) FROM customers GROUP BY lower(email) HAVING count(*) > 1;

-- name: customers segment transitions as text
-- source: written for this corpus: a growth team's questions
SELECT string_agg(segment::text, ' > ' ORDER BY created_at) AS path, count(*) FROM customers GROUP BY country ORDER BY 2 DESC;

-- name: customers customers with an order every month of the quarter
-- source: written for this corpus: a growth team's questions
SELECT customer_id FROM orders WHERE created_at >= '2026-07-01' AND created_at < '2026-10-01' GROUP BY customer_id HAVING count(DISTINCT date_trunc('month', created_at)) = 3;

-- name: customers masked contact list
-- source: written for this corpus: a growth team's questions
SELECT id, left(name, 1) || '***' AS name, regexp_replace(email, '^(.).*@', '\1***@') AS email, right(phone, 2) AS phone_end FROM customers ORDER BY id LIMIT 50;

-- name: customers quintiles by spend
-- source: written for this corpus: a growth team's questions
SELECT quintile, min(cents), max(cents), count(*) FROM (SELECT customer_id, sum(total_cents) AS cents, ntile(5) OVER (ORDER BY sum(total_cents)) AS quintile FROM orders GROUP BY customer_id) q GROUP BY quintile ORDER BY quintile;

-- name: customers active in the last 7, 30 and 90 days
-- source: written for this corpus: a growth team's questions
SELECT count(DISTINCT customer_id) FILTER (WHERE created_at > now() - interval '7 days') AS d7, count(DISTINCT customer_id) FILTER (WHERE created_at > now() - interval '30 days') AS d30, count(DISTINCT customer_id) FILTER (WHERE created_at > now() - interval '90 days') AS d90 FROM orders;

-- name: customers daily active over monthly active
-- source: written for this corpus: a growth team's questions
WITH d AS (SELECT created_at::date AS day, count(DISTINCT customer_id) AS dau FROM orders GROUP BY 1)
SELECT d.day, d.dau, (SELECT count(DISTINCT customer_id) FROM orders o WHERE o.created_at::date BETWEEN d.day - 29 AND d.day) AS mau, round(d.dau::numeric / nullif((SELECT count(DISTINCT customer_id) FROM orders o WHERE o.created_at::date BETWEEN d.day - 29 AND d.day), 0), 3) AS stickiness FROM d ORDER BY 1 DESC LIMIT 14;

-- name: customers notes that look like json
-- source: written for this corpus: a growth team's questions
SELECT id, notes::jsonb ->> 'source' AS source FROM customers WHERE notes LIKE '{%}' LIMIT 20;

-- name: customers customers who bought from every category
-- source: written for this corpus: a growth team's questions
SELECT o.customer_id FROM orders o JOIN order_items i ON i.order_id = o.id JOIN products p ON p.id = i.product_id GROUP BY o.customer_id HAVING count(DISTINCT p.category) = (SELECT count(DISTINCT category) FROM products);

-- name: customers month names with counts
-- source: written for this corpus: a growth team's questions
SELECT to_char(to_date(m::text, 'MM'), 'Month') AS month, count(c.id) FROM generate_series(1, 12) AS m LEFT JOIN customers c ON extract(month FROM c.created_at) = m GROUP BY m ORDER BY m;

-- name: customers next best customer by score
-- source: written for this corpus: a growth team's questions
SELECT id, name, 0.5 * coalesce(orders, 0) + 0.3 * coalesce(cents, 0) / 1000.0 - 0.2 * coalesce(tickets, 0) AS score FROM customers c
LEFT JOIN (SELECT customer_id, count(*) AS orders, sum(total_cents) AS cents FROM orders GROUP BY 1) o ON o.customer_id = c.id LEFT JOIN (SELECT customer_id, count(*) AS tickets FROM support.tickets GROUP BY 1) t ON t.customer_id = c.id ORDER BY score DESC NULLS LAST LIMIT 20;

-- name: customers random sample of customers
-- source: written for this corpus: a growth team's questions
SELECT id, name, country FROM customers ORDER BY random() LIMIT 20;
