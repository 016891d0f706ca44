-- name: clickbench-00 count of everything
-- source: ClickBench (PostgreSQL) Q0, rewritten
SELECT COUNT(*) FROM orders;

-- name: clickbench-01 count with a filter
-- source: ClickBench Q1, rewritten
SELECT COUNT(*) FROM orders WHERE total_cents <> 0;

-- name: clickbench-02 several aggregates
-- source: ClickBench Q2, rewritten
SELECT SUM(total_cents), COUNT(*), AVG(total_cents) FROM orders;

-- name: clickbench-03 average of a bigint
-- source: ClickBench Q3, rewritten
SELECT AVG(customer_id) FROM orders;

-- name: clickbench-04 distinct customers
-- source: ClickBench Q4, rewritten
SELECT COUNT(DISTINCT customer_id) FROM orders;

-- name: clickbench-06 first and last date
-- source: ClickBench Q6, rewritten
SELECT MIN(created_at::date), MAX(created_at::date) FROM orders;

-- name: clickbench-07 count by reason
-- source: ClickBench Q7, rewritten
SELECT failure_reason, COUNT(*) FROM orders WHERE failure_reason IS NOT NULL GROUP BY failure_reason ORDER BY COUNT(*) DESC;

-- name: clickbench-08 customers per currency
-- source: ClickBench Q8, rewritten
SELECT currency, COUNT(DISTINCT customer_id) AS u FROM orders GROUP BY currency ORDER BY u DESC LIMIT 10;

-- name: clickbench-09 many aggregates per currency
-- source: ClickBench Q9, rewritten
SELECT currency, SUM(total_cents), COUNT(*) AS c, AVG(total_cents), COUNT(DISTINCT customer_id) FROM orders GROUP BY currency ORDER BY c DESC LIMIT 10;

-- name: clickbench-12 top subjects
-- source: ClickBench Q12, rewritten
SELECT subject, COUNT(*) AS c FROM support.tickets WHERE subject <> '' GROUP BY subject ORDER BY c DESC LIMIT 10;

-- name: clickbench-14 top subjects by priority
-- source: ClickBench Q14, rewritten
SELECT priority, subject, COUNT(*) AS c FROM support.tickets WHERE subject <> '' GROUP BY priority, subject ORDER BY c DESC LIMIT 10;

-- name: clickbench-17 group without order
-- source: ClickBench Q17, rewritten
SELECT customer_id, status, COUNT(*) FROM orders GROUP BY customer_id, status LIMIT 10;

-- name: clickbench-18 minute of the event
-- source: ClickBench Q18, rewritten
SELECT customer_id, extract(minute FROM created_at) AS m, status, COUNT(*) FROM orders GROUP BY customer_id, m, status ORDER BY COUNT(*) DESC LIMIT 10;

-- name: clickbench-19 point query
-- source: ClickBench Q19, rewritten
SELECT customer_id FROM orders WHERE customer_id = 435090932899640449;

-- name: clickbench-20 substring search
-- source: ClickBench Q20, rewritten
SELECT COUNT(*) FROM support.tickets WHERE body LIKE '%google%';

-- name: clickbench-22 search with several filters
-- source: ClickBench Q22, rewritten
SELECT status, MIN(subject), MIN(body), COUNT(*) AS c, COUNT(DISTINCT customer_id) FROM support.tickets WHERE subject LIKE '%Refund%' AND body NOT LIKE '%.google.%' AND status <> '' GROUP BY status ORDER BY c DESC LIMIT 10;

-- name: clickbench-23 wide rows ordered
-- source: ClickBench Q23, rewritten
SELECT * FROM support.tickets WHERE body LIKE '%google%' ORDER BY created_at LIMIT 10;

-- name: clickbench-26 order by two columns
-- source: ClickBench Q26, rewritten
SELECT subject FROM support.tickets WHERE subject <> '' ORDER BY created_at, subject LIMIT 10;

-- name: clickbench-27 average length with having
-- source: ClickBench Q27, rewritten
SELECT customer_id, AVG(length(body)) AS l, COUNT(*) AS c FROM support.tickets WHERE body <> '' GROUP BY customer_id HAVING COUNT(*) > 100000 ORDER BY l DESC LIMIT 25;

-- name: clickbench-28 host part by regular expression
-- source: ClickBench Q28, rewritten
SELECT REGEXP_REPLACE(email, '^[^@]+@(?:mail\.)?([^/]+)$', '\1') AS k, AVG(length(email)) AS l, COUNT(*) AS c, MIN(email) FROM customers WHERE email <> '' GROUP BY k HAVING COUNT(*) > 100 ORDER BY l DESC LIMIT 25;

-- name: clickbench-29 many sums
-- source: ClickBench Q29, rewritten
SELECT SUM(total_cents), SUM(total_cents + 1), SUM(total_cents + 2), SUM(total_cents + 3), SUM(total_cents + 4), SUM(total_cents + 5), SUM(total_cents + 6), SUM(total_cents + 7), SUM(total_cents + 8), SUM(total_cents + 9) FROM orders;

-- name: clickbench-34 constant in the group
-- source: ClickBench Q34, rewritten
SELECT 1, failure_reason, COUNT(*) AS c FROM orders GROUP BY 1, failure_reason ORDER BY c DESC LIMIT 10;

-- name: clickbench-35 expressions in the group
-- source: ClickBench Q35, rewritten
SELECT customer_id, customer_id - 1, customer_id - 2, customer_id - 3, COUNT(*) AS c FROM orders GROUP BY customer_id, customer_id - 1, customer_id - 2, customer_id - 3 ORDER BY c DESC LIMIT 10;

-- name: clickbench-39 case with offset
-- source: ClickBench Q39, rewritten
SELECT currency, CASE WHEN (status = 'failed' AND total_cents = 0) THEN failure_reason ELSE '' END AS src, status AS dst, COUNT(*) AS views FROM orders WHERE customer_id = 62 AND created_at::date >= '2026-07-01' AND created_at::date <= '2026-07-31' GROUP BY currency, src, dst ORDER BY views DESC LIMIT 10 OFFSET 1000;

-- name: clickbench-42 events by minute
-- source: ClickBench Q42, rewritten
SELECT DATE_TRUNC('minute', created_at) AS m, COUNT(*) AS views FROM orders WHERE customer_id = 62 AND created_at >= '2026-07-14' AND created_at <= '2026-07-15' AND status = 'paid' GROUP BY DATE_TRUNC('minute', created_at) ORDER BY DATE_TRUNC('minute', created_at) LIMIT 10 OFFSET 1000;
