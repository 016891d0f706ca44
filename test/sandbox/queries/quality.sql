-- name: quality nulls by column
-- source: written for this corpus: a data team's checks
SELECT count(*) AS rows, count(*) - count(email) AS no_email, count(*) - count(phone) AS no_phone, count(*) FILTER (WHERE notes IS NULL OR notes = '') AS no_notes FROM customers;

-- name: quality values and their frequency
-- source: written for this corpus: a data team's checks
SELECT 'status' AS col, status AS value, count(*) FROM orders GROUP BY status UNION ALL SELECT 'currency', currency, count(*) FROM orders GROUP BY currency ORDER BY 1, 3 DESC;

-- name: quality freshness of each table
-- source: written for this corpus: a data team's checks
SELECT 'orders' AS tbl, max(created_at) AS newest, now() - max(created_at) AS lag FROM orders UNION ALL SELECT 'payments', max(created_at), now() - max(created_at) FROM payments UNION ALL SELECT 'tickets', max(created_at), now() - max(created_at) FROM support.tickets;

-- name: quality timestamps in the future or out of order
-- source: written for this corpus: a data team's checks
SELECT id, created_at, updated_at FROM orders WHERE created_at > now() OR updated_at < created_at LIMIT 100;

-- name: quality orphans on three relations
-- source: written for this corpus: a data team's checks
SELECT (SELECT count(*) FROM orders o LEFT JOIN customers c ON c.id = o.customer_id WHERE c.id IS NULL) AS orders_without_customer, (SELECT count(*) FROM order_items i LEFT JOIN products p ON p.id = i.product_id WHERE p.id IS NULL) AS items_without_product, (SELECT count(*) FROM payments p WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = p.order_id)) AS payments_without_order;

-- name: quality gaps in the ids
-- source: written for this corpus: a data team's checks
SELECT id + 1 AS gap_from, next_id - 1 AS gap_to FROM (SELECT id, lead(id) OVER (ORDER BY id) AS next_id FROM orders) t WHERE next_id > id + 1 LIMIT 20;

-- name: quality columns of a table
-- source: written for this corpus: a data team's checks
SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'orders' ORDER BY ordinal_position;

-- name: quality tables one may read
-- source: written for this corpus: a data team's checks
SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2;

-- name: quality rows of each table
-- source: written for this corpus: a data team's checks
SELECT (SELECT count(*) FROM customers) AS customers, (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM order_items) AS order_items, (SELECT count(*) FROM payments) AS payments;

-- name: quality malformed addresses
-- source: written for this corpus: a data team's checks
SELECT id, email FROM customers WHERE email !~* '^[A-Z0-9._%+-]+@[A-Z0-9.-]+\.[A-Z]{2,}$' LIMIT 50;

-- name: quality phone numbers normalised
-- source: written for this corpus: a data team's checks
SELECT id, replace(replace(replace(replace(phone, ' ', ''), '-', ''), '(', ''), ')', '') AS phone FROM customers WHERE phone IS NOT NULL LIMIT 20;

-- name: quality checksum of a day
-- source: written for this corpus: a data team's checks
SELECT created_at::date AS day, count(*), md5(string_agg(id::text || ':' || total_cents::text, ',' ORDER BY id)) AS checksum FROM orders GROUP BY 1 ORDER BY 1 DESC LIMIT 7;

-- name: quality outliers by interquartile range
-- source: written for this corpus: a data team's checks
WITH q AS (SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY total_cents) AS q1, percentile_cont(0.75) WITHIN GROUP (ORDER BY total_cents) AS q3 FROM orders)
SELECT o.id, o.total_cents FROM orders o, q WHERE o.total_cents > q.q3 + 1.5 * (q.q3 - q.q1) OR o.total_cents < q.q1 - 1.5 * (q.q3 - q.q1) ORDER BY o.total_cents DESC LIMIT 50;

-- name: quality length statistics of text
-- source: written for this corpus: a data team's checks
SELECT min(length(body)), avg(length(body))::int, max(length(body)), sum(pg_column_size(body)) FROM support.tickets;

-- name: quality type of an expression
-- source: written for this corpus: a data team's checks
SELECT pg_typeof(total_cents), pg_typeof(created_at), pg_typeof(total_cents / 100.0) FROM orders LIMIT 1;

-- name: quality two tables compared by day
-- source: written for this corpus: a data team's checks
SELECT coalesce(a.day, b.day) AS day, a.n AS orders, b.n AS payments FROM (SELECT created_at::date AS day, count(*) AS n FROM orders GROUP BY 1) a FULL OUTER JOIN (SELECT created_at::date AS day, count(*) AS n FROM payments GROUP BY 1) b ON a.day = b.day WHERE a.n IS DISTINCT FROM b.n ORDER BY 1 DESC;
