-- name: operations failed orders of the last day
-- source: written for this corpus: an operations team's questions
SELECT id, customer_id, total_cents, failure_reason, created_at FROM orders WHERE status = 'failed' AND created_at >= now() - interval '24 hours' ORDER BY created_at DESC;

-- name: operations how many failed in the last day
-- source: written for this corpus: an operations team's questions
select count(*) from orders where status = 'failed' and created_at > now() - interval '24 hours'

-- name: operations failures by reason with share
-- source: written for this corpus: an operations team's questions
SELECT coalesce(failure_reason, 'unknown') AS reason, count(*) AS n, round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS pct
FROM orders WHERE status = 'failed' AND created_at >= current_date - 7 GROUP BY 1 ORDER BY n DESC;

-- name: operations failure rate by hour today
-- source: written for this corpus: an operations team's questions
SELECT date_trunc('hour', created_at) AS hour, count(*) FILTER (WHERE status = 'failed') AS failed, count(*) AS total,
       round(count(*) FILTER (WHERE status = 'failed')::numeric / nullif(count(*), 0) * 100, 2) AS failure_rate
FROM orders WHERE created_at >= date_trunc('day', now()) GROUP BY 1 ORDER BY 1;

-- name: operations hours without orders in the last two days
-- source: written for this corpus: an operations team's questions
SELECT h.hour, count(o.id) AS orders
FROM generate_series(date_trunc('hour', now()) - interval '47 hours', date_trunc('hour', now()), interval '1 hour') AS h(hour)
LEFT JOIN orders o ON o.created_at >= h.hour AND o.created_at < h.hour + interval '1 hour'
GROUP BY h.hour HAVING count(o.id) = 0 ORDER BY h.hour;

-- name: operations orders per day with empty days
-- source: written for this corpus: an operations team's questions
SELECT d::date AS day, coalesce(n, 0) AS orders
FROM generate_series(current_date - 29, current_date, interval '1 day') d
LEFT JOIN (SELECT created_at::date AS day, count(*) AS n FROM orders GROUP BY 1) o ON o.day = d::date
ORDER BY 1;

-- name: operations calendar from the first order on
-- source: written for this corpus: an operations team's questions
WITH days AS (SELECT generate_series((SELECT min(created_at)::date FROM orders), current_date, '1 day')::date AS day)
SELECT days.day, count(o.id) FROM days LEFT JOIN orders o ON o.created_at::date = days.day GROUP BY 1 ORDER BY 1;

-- name: operations calendar from bounds in a common table expression
-- source: written for this corpus: an operations team's questions
WITH bounds AS (SELECT date_trunc('month', min(created_at)) AS lo, date_trunc('month', max(created_at)) AS hi FROM orders)
SELECT m AS month, (SELECT count(*) FROM orders o WHERE date_trunc('month', o.created_at) = m) AS orders
FROM bounds, generate_series(bounds.lo, bounds.hi, interval '1 month') AS m ORDER BY m;

-- name: operations all hours of the day
-- source: written for this corpus: an operations team's questions
SELECT h AS hour, count(o.id) FROM generate_series(0, 23) h LEFT JOIN orders o ON extract(hour FROM o.created_at) = h GROUP BY h ORDER BY h;

-- name: operations weekday and hour heat map
-- source: written for this corpus: an operations team's questions
SELECT to_char(created_at, 'Dy') AS weekday, extract(isodow FROM created_at) AS dow, extract(hour FROM created_at) AS hour, count(*) FROM orders GROUP BY 1, 2, 3 ORDER BY dow, hour;

-- name: operations orders stuck in a state
-- source: written for this corpus: an operations team's questions
SELECT id, status, now() - updated_at AS stuck_for FROM orders WHERE status IN ('pending', 'paid') AND updated_at < now() - '2 days'::interval ORDER BY stuck_for DESC LIMIT 50;

-- name: operations time from order to last change by status
-- source: written for this corpus: an operations team's questions
SELECT status, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM updated_at - created_at)) / 3600 AS median_hours,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM updated_at - created_at)) / 3600 AS p95_hours
FROM orders GROUP BY status;

-- name: operations failed and then paid by the same customer
-- source: written for this corpus: an operations team's questions
SELECT f.id AS failed_order, s.id AS next_paid_order, s.created_at - f.created_at AS gap
FROM orders f CROSS JOIN LATERAL (SELECT * FROM orders s WHERE s.customer_id = f.customer_id AND s.created_at > f.created_at AND s.status IN ('paid', 'shipped', 'delivered') ORDER BY s.created_at LIMIT 1) s
WHERE f.status = 'failed' ORDER BY gap LIMIT 100;

-- name: operations streaks of failures per customer
-- source: written for this corpus: an operations team's questions
WITH marked AS (SELECT customer_id, created_at, status, row_number() OVER (PARTITION BY customer_id ORDER BY created_at) - row_number() OVER (PARTITION BY customer_id, status = 'failed' ORDER BY created_at) AS grp FROM orders)
SELECT customer_id, min(created_at), count(*) AS failures FROM marked WHERE status = 'failed' GROUP BY customer_id, grp HAVING count(*) >= 3 ORDER BY failures DESC;

-- name: operations spikes over three standard deviations
-- source: written for this corpus: an operations team's questions
WITH hourly AS (SELECT date_trunc('hour', created_at) AS h, count(*)::numeric AS n FROM orders GROUP BY 1),
     scored AS (SELECT h, n, (n - avg(n) OVER w) / nullif(stddev_samp(n) OVER w, 0) AS z FROM hourly WINDOW w AS (ORDER BY h ROWS BETWEEN 168 PRECEDING AND 1 PRECEDING))
SELECT * FROM scored WHERE abs(z) > 3 ORDER BY h DESC;

-- name: operations this week against last week
-- source: written for this corpus: an operations team's questions
SELECT count(*) FILTER (WHERE created_at >= date_trunc('week', now())) AS this_week,
       count(*) FILTER (WHERE created_at >= date_trunc('week', now()) - interval '1 week' AND created_at < date_trunc('week', now())) AS last_week
FROM orders;

-- name: operations orders by local business day
-- source: written for this corpus: an operations team's questions
SELECT (created_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Paris')::date AS day, count(*) FROM orders GROUP BY 1 ORDER BY 1 DESC LIMIT 14;

-- name: operations open orders by age bucket
-- source: written for this corpus: an operations team's questions
SELECT CASE WHEN age < interval '1 day' THEN '0-1d' WHEN age < interval '3 days' THEN '1-3d' WHEN age < interval '7 days' THEN '3-7d' ELSE '7d+' END AS bucket, count(*)
FROM (SELECT now() - created_at AS age FROM orders WHERE status NOT IN ('delivered', 'refunded', 'failed')) t GROUP BY 1 ORDER BY min(age);

-- name: operations last order of each status
-- source: written for this corpus: an operations team's questions
SELECT DISTINCT ON (status) status, id, created_at FROM orders ORDER BY status, created_at DESC NULLS LAST;

-- name: operations failure reasons normalised
-- source: written for this corpus: an operations team's questions
SELECT regexp_replace(lower(failure_reason), '[0-9a-f]{8,}', '<id>', 'g') AS reason, count(*) FROM orders WHERE failure_reason ~ '\S' GROUP BY 1 ORDER BY 2 DESC LIMIT 20;

-- name: operations reasons by currency as a pivot
-- source: written for this corpus: an operations team's questions
SELECT failure_reason, sum((currency = 'EUR')::int) AS eur, sum((currency = 'USD')::int) AS usd, sum(CASE WHEN currency NOT IN ('EUR', 'USD') THEN 1 END) AS other FROM orders WHERE status = 'failed' GROUP BY ROLLUP (failure_reason);

-- name: operations orders with no items
-- source: written for this corpus: an operations team's questions
SELECT o.id FROM orders o WHERE NOT EXISTS (SELECT FROM order_items i WHERE i.order_id = o.id) ORDER BY o.id LIMIT 100;

-- name: operations throughput per minute in the last hour
-- source: written for this corpus: an operations team's questions
SELECT date_bin('5 minutes', created_at, 'epoch') AS slot, count(*) / 5.0 AS per_minute FROM orders WHERE created_at > now() - interval '1 hour' GROUP BY slot ORDER BY slot;

-- name: operations first failure after a long success
-- source: written for this corpus: an operations team's questions
SELECT * FROM (SELECT id, customer_id, status, lag(status) OVER w AS previous, created_at - lag(created_at) OVER w AS since FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY created_at)) t
WHERE status = 'failed' AND previous = 'delivered' AND since > '30 days' LIMIT 100;

-- name: operations summary as one json document
-- source: written for this corpus: an operations team's questions
SELECT jsonb_build_object('total', count(*), 'by_status', (SELECT jsonb_object_agg(status, n) FROM (SELECT status, count(*) n FROM orders GROUP BY 1) s), 'as_of', now()) FROM orders;

-- name: operations message text for a channel
-- source: written for this corpus: an operations team's questions
SELECT format('%s failed orders (%s %s) since %s', count(*), to_char(sum(total_cents) / 100.0, 'FM999,999,990.00'), min(currency), to_char(min(created_at), 'HH24:MI')) FROM orders WHERE status = 'failed' AND created_at > now() - interval '24 hours';

-- name: operations bottleneck between payment and shipping
-- source: written for this corpus: an operations team's questions
WITH p AS (SELECT order_id, min(created_at) AS paid_at FROM payments WHERE status = 'captured' GROUP BY 1)
SELECT date_trunc('week', p.paid_at)::date AS week, avg(o.updated_at - p.paid_at) AS lead_time, max(o.updated_at - p.paid_at) AS worst FROM p JOIN orders o ON o.id = p.order_id WHERE o.status = 'shipped' GROUP BY 1 ORDER BY 1;
