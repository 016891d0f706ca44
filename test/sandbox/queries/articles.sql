-- name: article-01 cohort retention by month
-- source: ylearner.org SQL projects (cohort analysis), rewritten
WITH user_cohorts AS (
  SELECT customer_id, DATE_TRUNC('month', MIN(created_at)) AS cohort_month FROM orders WHERE status != 'failed' GROUP BY customer_id
), order_cohorts AS (
  SELECT uc.cohort_month, DATE_TRUNC('month', o.created_at) AS order_month,
         DATE_PART('year', AGE(DATE_TRUNC('month', o.created_at), uc.cohort_month)) * 12 + DATE_PART('month', AGE(DATE_TRUNC('month', o.created_at), uc.cohort_month)) AS months_since_signup, o.total_cents
  FROM orders o JOIN user_cohorts uc ON uc.customer_id = o.customer_id WHERE o.status != 'failed')
SELECT TO_CHAR(cohort_month, 'YYYY-MM') AS cohort, months_since_signup AS month_number, COUNT(*) AS orders, ROUND(SUM(total_cents) / 100.0, 2) AS revenue
FROM order_cohorts GROUP BY cohort_month, months_since_signup ORDER BY cohort_month, months_since_signup;

-- name: article-02 cohort query of Redash
-- source: Redash help, article 132 (cohort query example), rewritten
WITH time_frame AS (SELECT CURRENT_DATE - 14),
population AS (SELECT created_at::date AS cohort_date, id AS unique_id FROM customers WHERE created_at > (SELECT * FROM time_frame)),
activity AS (SELECT created_at::date AS activity_date, customer_id AS unique_id, cohort_date FROM orders JOIN population ON population.unique_id = customer_id WHERE created_at > (SELECT * FROM time_frame)),
population_agg AS (SELECT cohort_date, COUNT(distinct unique_id) AS total FROM population GROUP BY 1)
SELECT activity.cohort_date AS date, date_part('day', age(activity_date, activity.cohort_date)) AS day_number, COUNT(distinct unique_id) AS value, total
FROM activity JOIN population_agg ON activity.cohort_date = population_agg.cohort_date GROUP BY 1, 2, 4;

-- name: article-03 RFM quartiles
-- source: Olist RFM analyses on GitHub, rewritten
WITH customers_orders AS (SELECT c.id, MAX(o.created_at) AS last_order, COUNT(DISTINCT o.id) AS frequency, SUM(o.total_cents) AS monetary FROM customers c INNER JOIN orders o ON c.id = o.customer_id GROUP BY c.id),
rfm AS (SELECT id, frequency, monetary, EXTRACT(DAY FROM (timestamptz '2026-12-31 00:00:00' - last_order)) AS recency FROM customers_orders),
rfm_quartiles AS (SELECT id, NTILE(4) OVER (ORDER BY recency ASC) AS r, NTILE(4) OVER (ORDER BY frequency DESC) AS f, NTILE(4) OVER (ORDER BY monetary DESC) AS m FROM rfm)
SELECT r::text || f::text || m::text AS cell, count(*) FROM rfm_quartiles GROUP BY 1 ORDER BY 2 DESC;

-- name: article-04 cohort segments by generated months
-- source: Cheerz engineering, "How to build cohorts with SQL", rewritten
SELECT s.start, s.start + interval '1 month' - interval '1 second' AS stop, count(o.id)
FROM generate_series('2026-01-01 00:00'::timestamp, '2026-10-30', '1 month') AS s(start) LEFT JOIN orders o ON o.created_at >= s.start AND o.created_at < s.start + interval '1 month' GROUP BY 1, 2 ORDER BY 1;

-- name: article-05 gaps and islands
-- source: "Gaps and islands" (Itzik Ben-Gan's method, many articles), rewritten
WITH days AS (SELECT DISTINCT created_at::date AS d FROM orders), g AS (SELECT d, d - (row_number() OVER (ORDER BY d))::int AS grp FROM days)
SELECT min(d) AS start, max(d) AS "end", count(*) AS length FROM g GROUP BY grp ORDER BY length DESC LIMIT 10;

-- name: article-06 sessionization
-- source: Mode Analytics SQL school (sessionization with window functions), rewritten
SELECT customer_id, session_id, min(created_at) AS started, count(*) AS events FROM (
  SELECT customer_id, created_at, sum(is_new) OVER (PARTITION BY customer_id ORDER BY created_at) AS session_id FROM (
    SELECT customer_id, created_at, CASE WHEN created_at - lag(created_at) OVER (PARTITION BY customer_id ORDER BY created_at) < interval '30 minutes' THEN 0 ELSE 1 END AS is_new FROM support.tickets) a) b
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: article-07 funnel by lateral joins
-- source: Heap blog, "PostgreSQL's powerful new join type: LATERAL", rewritten
SELECT count(*) AS placed, sum(paid) AS paid, sum(complained) AS complained
FROM (SELECT id, 1 AS placed, created_at FROM orders) e1
LEFT JOIN LATERAL (SELECT 1 AS paid, created_at AS paid_at FROM payments WHERE order_id = e1.id AND created_at BETWEEN e1.created_at AND e1.created_at + interval '1 week' ORDER BY created_at LIMIT 1) e2 ON true
LEFT JOIN LATERAL (SELECT 1 AS complained FROM support.tickets WHERE order_id = e1.id AND created_at BETWEEN e2.paid_at AND e2.paid_at + interval '2 weeks' LIMIT 1) e3 ON true;

-- name: article-08 moving average over a week
-- source: Metabase learn, "SQL for moving averages", rewritten
SELECT day, orders, round(avg(orders) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW), 1) AS moving_average FROM (SELECT date_trunc('day', created_at) AS day, count(*) AS orders FROM orders GROUP BY 1) d ORDER BY day;

-- name: article-09 pivot by filter
-- source: modern-sql.com, "Pivot with FILTER", rewritten
SELECT extract(year from created_at) AS year, SUM(total_cents) FILTER (WHERE extract(month from created_at) = 1) AS jan, SUM(total_cents) FILTER (WHERE extract(month from created_at) = 2) AS feb, SUM(total_cents) FILTER (WHERE extract(month from created_at) = 3) AS mar FROM orders GROUP BY extract(year from created_at);

-- name: article-10 keyset page
-- source: use-the-index-luke.com, "no offset", rewritten
SELECT id, created_at, total_cents FROM orders WHERE (created_at, id) < ('2026-11-01 00:00:00+00', 12345) ORDER BY created_at DESC, id DESC FETCH FIRST 10 ROWS ONLY;

-- name: article-11 median without an aggregate
-- source: PostgreSQL wiki snippets (median), rewritten
SELECT avg(total_cents) FROM (SELECT total_cents, row_number() OVER (ORDER BY total_cents) AS r, count(*) OVER () AS n FROM orders) t WHERE r BETWEEN floor((n + 1) / 2.0) AND ceil((n + 1) / 2.0);

-- name: article-12 loose index scan
-- source: PostgreSQL wiki, "Loose indexscan", rewritten
WITH RECURSIVE t AS ((SELECT customer_id FROM orders ORDER BY customer_id LIMIT 1) UNION ALL SELECT (SELECT customer_id FROM orders WHERE customer_id > t.customer_id ORDER BY customer_id LIMIT 1) FROM t WHERE t.customer_id IS NOT NULL)
SELECT customer_id FROM t WHERE customer_id IS NOT NULL LIMIT 100;

-- name: article-13 histogram with bars
-- source: tapoueh.org and Dimitri Fontaine, "Data aggregation with PostgreSQL" (histogram), rewritten
WITH stats AS (SELECT min(total_cents) AS min, max(total_cents) AS max FROM orders),
histogram AS (SELECT width_bucket(total_cents, min, max, 9) AS bucket, int4range(min(total_cents), max(total_cents), '[]') AS range, count(*) AS freq FROM orders, stats GROUP BY bucket ORDER BY bucket)
SELECT bucket, range, freq, repeat('*', (freq::float / max(freq) OVER () * 30)::int) AS bar FROM histogram;

-- name: article-14 pareto of products
-- source: SQL cookbook style Pareto analysis (ABC classes), rewritten
WITH revenue AS (SELECT product_id, sum(quantity * unit_price_cents) AS r FROM order_items GROUP BY 1), cum AS (SELECT product_id, r, sum(r) OVER (ORDER BY r DESC, product_id) / sum(r) OVER () AS share FROM revenue)
SELECT CASE WHEN share <= 0.8 THEN 'A' WHEN share <= 0.95 THEN 'B' ELSE 'C' END AS class, count(*) AS products, sum(r) AS revenue FROM cum GROUP BY 1 ORDER BY 1;

-- name: article-15 year over year by self join
-- source: SQL analytics interviews (year over year growth), rewritten
SELECT cur.m AS month, cur.rev, prev.rev AS last_year, round(100.0 * (cur.rev - prev.rev) / nullif(prev.rev, 0), 1) AS yoy_pct
FROM (SELECT date_trunc('month', created_at)::date AS m, sum(total_cents) AS rev FROM orders GROUP BY 1) cur LEFT JOIN (SELECT date_trunc('month', created_at)::date AS m, sum(total_cents) AS rev FROM orders GROUP BY 1) prev ON prev.m = (cur.m - interval '1 year')::date ORDER BY 1;

-- name: job-01a production notes
-- source: Join Order Benchmark (Leis et al.) 1a, rewritten
SELECT MIN(t.subject) AS production_note, MIN(p.name) AS movie_title, MIN(o.created_at) AS movie_year FROM support.tickets AS t, products AS p, orders AS o, order_items AS oi
WHERE t.priority = 'urgent' AND p.category = 'chairs' AND t.body NOT LIKE '%(as Metro-Goldwyn-Mayer Pictures)%' AND (t.body LIKE '%(co-production)%' OR t.body LIKE '%(presents)%') AND o.id = t.order_id AND o.id = oi.order_id AND p.id = oi.product_id;

-- name: job-13d ratings of released titles
-- source: Join Order Benchmark 13d, rewritten
SELECT MIN(c.name) AS producing_company, MIN(p.amount_cents) AS rating, MIN(pr.name) AS movie_about FROM customers AS c, payments AS p, products AS pr, orders AS o, order_items AS oi WHERE c.country = 'US' AND p.status = 'captured' AND o.customer_id = c.id AND p.order_id = o.id AND oi.order_id = o.id AND oi.product_id = pr.id AND pr.name != '' AND (pr.name LIKE 'Champion%' OR pr.name LIKE 'Loser%');
