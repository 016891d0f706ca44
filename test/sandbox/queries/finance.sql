-- name: finance revenue by month and currency
-- source: written for this corpus: a finance team's questions
SELECT to_char(created_at, 'YYYY-MM') AS month, currency, sum(total_cents) / 100.0 AS revenue FROM orders WHERE status IN ('paid', 'shipped', 'delivered') GROUP BY 1, 2 ORDER BY 1 DESC, 2;

-- name: finance month over month growth
-- source: written for this corpus: a finance team's questions
WITH m AS (SELECT date_trunc('month', created_at)::date AS month, sum(total_cents) AS cents FROM orders WHERE status <> 'failed' GROUP BY 1)
SELECT month, cents, lag(cents) OVER (ORDER BY month) AS previous, round((cents - lag(cents) OVER (ORDER BY month)) * 100.0 / nullif(lag(cents) OVER (ORDER BY month), 0), 2) AS growth_pct FROM m ORDER BY month;

-- name: finance year to date and the same days last year
-- source: written for this corpus: a finance team's questions
SELECT sum(total_cents) FILTER (WHERE created_at >= date_trunc('year', now())) AS ytd,
       sum(total_cents) FILTER (WHERE created_at >= date_trunc('year', now()) - interval '1 year' AND created_at < now() - interval '1 year') AS last_ytd FROM orders;

-- name: finance paid and order totals that differ
-- source: written for this corpus: a finance team's questions
SELECT o.id, o.total_cents, coalesce(p.paid, 0) AS paid, o.total_cents - coalesce(p.paid, 0) AS difference
FROM orders o LEFT JOIN (SELECT order_id, sum(amount_cents) AS paid FROM payments WHERE status = 'captured' GROUP BY order_id) p ON p.order_id = o.id
WHERE o.status <> 'failed' AND o.total_cents IS DISTINCT FROM p.paid ORDER BY abs(o.total_cents - coalesce(p.paid, 0)) DESC LIMIT 100;

-- name: finance items that do not add up to the order
-- source: written for this corpus: a finance team's questions
SELECT o.id, o.total_cents, sum(i.quantity * i.unit_price_cents) AS items_cents FROM orders o JOIN order_items i ON i.order_id = o.id GROUP BY o.id, o.total_cents HAVING o.total_cents <> sum(i.quantity * i.unit_price_cents) ORDER BY 1;

-- name: finance refunds as a share of sales
-- source: written for this corpus: a finance team's questions
SELECT date_trunc('month', created_at) AS month, sum(CASE WHEN status = 'refunded' THEN total_cents ELSE 0 END)::numeric / nullif(sum(total_cents), 0) AS refund_share FROM orders GROUP BY 1 ORDER BY 1;

-- name: finance duplicate payments
-- source: written for this corpus: a finance team's questions
SELECT order_id, amount_cents, provider, count(*), array_agg(id ORDER BY id) AS payment_ids FROM payments GROUP BY order_id, amount_cents, provider HAVING count(*) > 1;

-- name: finance provider fees estimated
-- source: written for this corpus: a finance team's questions
SELECT provider, count(*), sum(amount_cents) AS gross, sum(CASE provider WHEN 'stripe' THEN amount_cents * 0.029 + 30 WHEN 'paypal' THEN amount_cents * 0.034 + 35 ELSE amount_cents * 0.02 END)::bigint AS fees FROM payments WHERE status = 'captured' GROUP BY provider;

-- name: finance provider fees by a rate table in the query
-- source: written for this corpus: a finance team's questions
WITH rates(provider, pct, fixed) AS (VALUES ('stripe', 0.029, 30), ('paypal', 0.034, 35), ('adyen', 0.02, 10))
SELECT p.provider, sum(round(p.amount_cents * r.pct + r.fixed)) AS fees FROM payments p JOIN rates r USING (provider) GROUP BY 1;

-- name: finance cumulative revenue this month
-- source: written for this corpus: a finance team's questions
SELECT day, revenue, sum(revenue) OVER (ORDER BY day) AS running FROM (SELECT created_at::date AS day, sum(total_cents) AS revenue FROM orders WHERE created_at >= date_trunc('month', current_date) GROUP BY 1) d;

-- name: finance average order value with spread
-- source: written for this corpus: a finance team's questions
SELECT currency, avg(total_cents)::numeric(12, 2) AS aov, percentile_cont(0.5) WITHIN GROUP (ORDER BY total_cents) AS median, stddev_samp(total_cents)::numeric(12, 2) AS sd, min(total_cents), max(total_cents) FROM orders GROUP BY currency;

-- name: finance largest orders of each quarter
-- source: written for this corpus: a finance team's questions
SELECT * FROM (SELECT to_char(created_at, 'YYYY-"Q"Q') AS quarter, id, total_cents, rank() OVER (PARTITION BY date_trunc('quarter', created_at) ORDER BY total_cents DESC) AS r FROM orders) t WHERE r <= 5 ORDER BY quarter DESC, r;

-- name: finance revenue by currency with totals
-- source: written for this corpus: a finance team's questions
SELECT coalesce(currency, 'all') AS currency, coalesce(status, 'all') AS status, sum(total_cents) FROM orders GROUP BY GROUPING SETS ((currency, status), (currency), ()) ORDER BY grouping(currency), currency, grouping(status), status;

-- name: finance converted at fixed rates
-- source: written for this corpus: a finance team's questions
SELECT date_trunc('month', o.created_at)::date AS month, sum(o.total_cents * fx.rate)::bigint AS eur_cents FROM orders o JOIN (VALUES ('EUR', 1.0), ('USD', 0.92), ('GBP', 1.17)) AS fx(currency, rate) ON fx.currency = o.currency GROUP BY 1 ORDER BY 1;

-- name: finance unpaid orders by age
-- source: written for this corpus: a finance team's questions
SELECT width_bucket(extract(day FROM now() - created_at), ARRAY[0, 30, 60, 90]) AS bucket, count(*), sum(total_cents) FROM orders WHERE status = 'pending' GROUP BY 1 ORDER BY 1;

-- name: finance top customers share of revenue
-- source: written for this corpus: a finance team's questions
WITH r AS (SELECT customer_id, sum(total_cents) AS cents FROM orders GROUP BY 1), t AS (SELECT cents, ntile(10) OVER (ORDER BY cents DESC) AS decile FROM r)
SELECT decile, sum(cents) AS revenue, round(sum(cents) * 100 / sum(sum(cents)) OVER (), 1) AS pct FROM t GROUP BY decile ORDER BY decile;

-- name: finance payments without an order
-- source: written for this corpus: a finance team's questions
SELECT p.* FROM payments p LEFT JOIN orders o ON o.id = p.order_id WHERE o.id IS NULL LIMIT 50;

-- name: finance share of failed payments by provider and week
-- source: written for this corpus: a finance team's questions
SELECT provider, date_trunc('week', created_at)::date AS week, avg((status = 'failed')::int) AS failure_share FROM payments GROUP BY 1, 2 HAVING count(*) > 20 ORDER BY 2 DESC, 3 DESC;

-- name: finance same card on several customers
-- source: written for this corpus: a finance team's questions
SELECT card_fingerprint, count(DISTINCT o.customer_id) AS customers, sum(p.amount_cents) AS cents FROM payments p JOIN orders o ON o.id = p.order_id WHERE card_fingerprint IS NOT NULL GROUP BY 1 HAVING count(DISTINCT o.customer_id) > 3 ORDER BY 2 DESC LIMIT 25;

-- name: finance projection of the month from its days so far
-- source: written for this corpus: a finance team's questions
SELECT sum(total_cents) AS so_far, sum(total_cents) / extract(day FROM now()) * extract(day FROM date_trunc('month', now()) + interval '1 month' - interval '1 day') AS projected FROM orders WHERE created_at >= date_trunc('month', now());

-- name: finance linear trend of daily revenue
-- source: written for this corpus: a finance team's questions
SELECT regr_slope(cents, n) AS slope_per_day, regr_intercept(cents, n), regr_r2(cents, n) FROM (SELECT row_number() OVER (ORDER BY created_at::date) AS n, sum(total_cents) AS cents FROM orders GROUP BY created_at::date) d;

-- name: finance tax at several rates
-- source: written for this corpus: a finance team's questions
SELECT c.country, sum(o.total_cents) AS gross, round(sum(o.total_cents) * CASE c.country WHEN 'DE' THEN 0.19 WHEN 'FR' THEN 0.20 WHEN 'IE' THEN 0.23 ELSE 0 END) AS tax FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.country ORDER BY gross DESC;

-- name: finance fiscal quarter starting in april
-- source: written for this corpus: a finance team's questions
SELECT 'FY' || to_char(created_at - interval '3 months', 'YY') || ' Q' || extract(quarter FROM created_at - interval '3 months') AS fiscal, sum(total_cents) FROM orders GROUP BY 1 ORDER BY 1;

-- name: finance revenue concentration as an index
-- source: written for this corpus: a finance team's questions
WITH s AS (SELECT sum(total_cents)::numeric / sum(sum(total_cents)) OVER () AS share FROM orders GROUP BY customer_id) SELECT round(sum(share ^ 2) * 10000, 2) AS hhi FROM s;
