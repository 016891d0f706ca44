-- name: assistant first rows
-- source: written for this corpus: what an assistant tries first
SELECT * FROM public.orders LIMIT 5

-- name: assistant first rows quoted
-- source: written for this corpus: what an assistant tries first
SELECT "id", "status" FROM "public"."orders" ORDER BY "id" DESC LIMIT 10;

-- name: assistant with a trailing comment
-- source: written for this corpus: what an assistant tries first
SELECT status, COUNT(*) AS count FROM orders GROUP BY status -- by status

-- name: assistant with a leading comment
-- source: written for this corpus: what an assistant tries first
/* orders of today */ SELECT count(*) FROM orders WHERE created_at::date = CURRENT_DATE;

-- name: assistant a constant
-- source: written for this corpus: what an assistant tries first
SELECT 1;

-- name: assistant what day is it
-- source: written for this corpus: what an assistant tries first
SELECT now(), current_date, current_timestamp, localtimestamp, clock_timestamp();

-- name: assistant everything of one order
-- source: written for this corpus: what an assistant tries first
SELECT o.*, c.name, c.email, (SELECT json_agg(i) FROM order_items i WHERE i.order_id = o.id) AS items, (SELECT json_agg(row_to_json(p)) FROM payments p WHERE p.order_id = o.id) AS payments FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = 1001;

-- name: assistant between two dates with casts
-- source: written for this corpus: what an assistant tries first
SELECT COUNT(*) AS order_count, SUM(total_cents)::FLOAT / 100 AS total FROM orders WHERE created_at BETWEEN '2026-11-01'::TIMESTAMP AND '2026-11-30 23:59:59'::TIMESTAMP WITH TIME ZONE;

-- name: assistant many common table expressions
-- source: written for this corpus: what an assistant tries first
WITH recent AS (SELECT * FROM orders WHERE created_at >= NOW() - INTERVAL '30 days'), per_customer AS (SELECT customer_id, COUNT(*) AS n, SUM(total_cents) AS cents FROM recent GROUP BY customer_id), ranked AS (SELECT *, ROW_NUMBER() OVER (ORDER BY cents DESC) AS rn FROM per_customer)
SELECT r.rn, c.name, r.n, ROUND(r.cents / 100.0, 2) AS revenue FROM ranked r JOIN customers c ON c.id = r.customer_id WHERE r.rn <= 10 ORDER BY r.rn;

-- name: assistant distinct values
-- source: written for this corpus: what an assistant tries first
SELECT DISTINCT status FROM orders;

-- name: assistant count distinct over several columns
-- source: written for this corpus: what an assistant tries first
SELECT COUNT(DISTINCT (customer_id, currency)) FROM orders;

-- name: assistant yes or no
-- source: written for this corpus: what an assistant tries first
SELECT EXISTS (SELECT 1 FROM orders WHERE status = 'failed' AND created_at > NOW() - INTERVAL '1 hour') AS any_failed;

-- name: assistant limit by arithmetic
-- source: written for this corpus: what an assistant tries first
SELECT id FROM orders ORDER BY id LIMIT 2 * 10 OFFSET 3;

-- name: assistant boolean aggregates in a condition
-- source: written for this corpus: what an assistant tries first
SELECT customer_id FROM orders GROUP BY customer_id HAVING bool_or(status = 'failed') AND NOT bool_or(status = 'paid');

-- name: assistant difference in days
-- source: written for this corpus: what an assistant tries first
SELECT id, EXTRACT(EPOCH FROM (updated_at - created_at)) / 86400 AS days, DATE_PART('day', updated_at - created_at) AS whole_days FROM orders WHERE updated_at IS NOT NULL LIMIT 20;

-- name: assistant percent formatted
-- source: written for this corpus: what an assistant tries first
SELECT status, ROUND(100.0 * COUNT(*) / (SELECT COUNT(*) FROM orders), 2) || '%' AS share FROM orders GROUP BY status;

-- name: assistant safe division
-- source: written for this corpus: what an assistant tries first
SELECT provider, SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END)::decimal / NULLIF(COUNT(*), 0) AS ratio FROM payments GROUP BY provider;

-- name: assistant case insensitive search in several columns
-- source: written for this corpus: what an assistant tries first
SELECT id, name, email FROM customers WHERE CONCAT_WS(' ', name, email, phone) ILIKE '%' || 'müller' || '%' LIMIT 20;

-- name: assistant any of a list
-- source: written for this corpus: what an assistant tries first
SELECT id, status FROM orders WHERE status = ANY (ARRAY['failed', 'refunded']::text[]) AND id = ANY ('{1,2,3}'::bigint[]);

-- name: assistant epoch conversion
-- source: written for this corpus: what an assistant tries first
SELECT to_timestamp(1764000000), extract(epoch FROM now())::bigint, to_timestamp(1764000000) AT TIME ZONE 'UTC';

-- name: assistant last day of the month
-- source: written for this corpus: what an assistant tries first
SELECT (date_trunc('month', d) + interval '1 month' - interval '1 day')::date AS month_end FROM (VALUES (date '2026-02-10'), ('2024-02-10')) v(d);

-- name: assistant values joined to a table
-- source: written for this corpus: what an assistant tries first
SELECT v.label, count(o.id) FROM (VALUES (0, 1000, 'small'), (1000, 10000, 'medium'), (10000, NULL, 'large')) AS v(lo, hi, label) LEFT JOIN orders o ON o.total_cents >= v.lo AND (v.hi IS NULL OR o.total_cents < v.hi) GROUP BY v.label, v.lo ORDER BY v.lo;

-- name: assistant running difference
-- source: written for this corpus: what an assistant tries first
SELECT id, total_cents - first_value(total_cents) OVER (PARTITION BY customer_id ORDER BY created_at) AS from_first FROM orders WHERE customer_id = 7;

-- name: assistant regular expression groups
-- source: written for this corpus: what an assistant tries first
SELECT (regexp_matches(notes, '#(\w+)', 'g'))[1] AS tag, count(*) FROM customers GROUP BY 1 ORDER BY 2 DESC;

-- name: assistant unnest two arrays in parallel
-- source: written for this corpus: what an assistant tries first
SELECT * FROM unnest(ARRAY[1, 2, 3], ARRAY['a', 'b', 'c']) AS t(n, letter);

-- name: assistant bytes and encodings
-- source: written for this corpus: what an assistant tries first
SELECT encode(sha256(convert_to(email, 'UTF8')), 'hex') AS hashed, length(email) FROM customers LIMIT 3;

-- name: assistant a uuid and a network address
-- source: written for this corpus: what an assistant tries first
SELECT '00000000-0000-0000-0000-000000000001'::uuid, '10.0.0.0/8'::cidr >> '10.1.2.3'::inet AS inside;

-- name: assistant order of a custom list
-- source: written for this corpus: what an assistant tries first
SELECT id, status FROM orders ORDER BY CASE status WHEN 'failed' THEN 1 WHEN 'pending' THEN 2 ELSE 3 END, created_at DESC LIMIT 25;

-- name: assistant group by a boolean expression
-- source: written for this corpus: what an assistant tries first
SELECT (total_cents > 10000) AS big, count(*), avg(total_cents) FROM orders GROUP BY (total_cents > 10000);
