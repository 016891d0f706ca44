-- name: northwind-01 catalogue by price
-- source: Northwind exercises (w3resource and others), rewritten
SELECT name AS "Product", price_cents / 100.0 AS "Unit Price" FROM products WHERE price_cents BETWEEN 1500 AND 2500 ORDER BY "Unit Price" DESC;

-- name: northwind-02 above average price
-- source: Northwind exercises, rewritten
SELECT DISTINCT name, price_cents FROM products WHERE price_cents > (SELECT avg(price_cents) FROM products) ORDER BY price_cents;

-- name: northwind-03 ten most expensive
-- source: Northwind view "Ten Most Expensive Products", rewritten
SELECT * FROM (SELECT DISTINCT name AS ten_most_expensive_products, price_cents FROM products ORDER BY price_cents DESC) AS a LIMIT 10;

-- name: northwind-04 order subtotals
-- source: Northwind view "Order Subtotals", rewritten
SELECT order_id, to_char(sum(unit_price_cents * quantity * (1 - 0.05)) / 100, 'FM999999990.00') AS subtotal FROM order_items GROUP BY order_id ORDER BY order_id;

-- name: northwind-05 sales by year
-- source: Northwind view "Sales by Year", rewritten
SELECT DISTINCT date(a.created_at) AS shipped_date, a.id, b.subtotal, date_part('year', a.created_at) AS year
FROM orders a INNER JOIN (SELECT DISTINCT order_id, sum(unit_price_cents * quantity) AS subtotal FROM order_items GROUP BY order_id) b ON a.id = b.order_id
WHERE a.created_at IS NOT NULL AND a.created_at BETWEEN date('2026-12-24') AND date('2027-09-30') ORDER BY a.id;

-- name: northwind-06 category sales
-- source: Northwind view "Sales by Category", rewritten
SELECT p.category, p.name, sum(oi.unit_price_cents * oi.quantity) AS product_sales
FROM products p JOIN order_items oi ON oi.product_id = p.id JOIN orders o ON o.id = oi.order_id
WHERE o.created_at BETWEEN '2026-01-01' AND '2026-12-31' GROUP BY p.category, p.name ORDER BY p.category, product_sales DESC;

-- name: northwind-07 customers and suppliers by city
-- source: Northwind view "Customer and Suppliers by City", rewritten
SELECT country, name, email, 'Customers' AS relationship FROM customers
UNION SELECT category, name, sku, 'Products' FROM products ORDER BY country, name;

-- name: northwind-08 customers without orders
-- source: Northwind exercises (Vasilik, SQL Practice Problems), rewritten
SELECT c.id AS customers_customerid, o.customer_id AS orders_customerid FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.customer_id IS NULL;

-- name: northwind-09 high value customers
-- source: Northwind exercises (SQL Practice Problems), rewritten
SELECT c.id, c.name, SUM(oi.quantity * oi.unit_price_cents) AS total_order_amount
FROM customers c JOIN orders o ON o.customer_id = c.id JOIN order_items oi ON o.id = oi.order_id
WHERE o.created_at >= '20260101' AND o.created_at < '20270101' GROUP BY c.id, c.name HAVING SUM(oi.quantity * oi.unit_price_cents) > 1000000 ORDER BY total_order_amount DESC;

-- name: northwind-10 month end orders
-- source: Northwind exercises (SQL Practice Problems), rewritten
SELECT customer_id, id, created_at FROM orders WHERE created_at::date = (date_trunc('month', created_at) + interval '1 month - 1 day')::date ORDER BY customer_id, id;

-- name: northwind-11 accidental double entry
-- source: Northwind exercises (SQL Practice Problems), rewritten
SELECT order_id FROM order_items WHERE quantity >= 60 GROUP BY order_id, quantity HAVING count(*) > 1 ORDER BY order_id;

-- name: northwind-12 late orders per country with totals
-- source: Northwind exercises (SQL Practice Problems), rewritten
WITH late AS (SELECT customer_id, count(*) AS late_orders FROM orders WHERE updated_at >= created_at + interval '7 days' GROUP BY customer_id),
     allorders AS (SELECT customer_id, count(*) AS total_orders FROM orders GROUP BY customer_id)
SELECT c.id, c.name, a.total_orders, coalesce(l.late_orders, 0) AS late_orders, round(coalesce(l.late_orders, 0) * 100.0 / a.total_orders, 2) AS percent_late
FROM customers c JOIN allorders a ON a.customer_id = c.id LEFT JOIN late l ON l.customer_id = c.id ORDER BY percent_late DESC;

-- name: northwind-13 orders within five days of each other
-- source: Northwind exercises (SQL Practice Problems), rewritten
WITH next_order AS (SELECT customer_id, created_at::date AS order_date, lead(created_at::date, 1) OVER (PARTITION BY customer_id ORDER BY customer_id, created_at) AS next_date FROM orders)
SELECT customer_id, order_date, next_date, next_date - order_date AS days_between FROM next_order WHERE next_date - order_date <= 5;

-- name: northwind-14 price categories
-- source: Northwind exercises (SQL bootcamp assignments), rewritten
WITH price_cte AS (SELECT name, price_cents, CASE WHEN price_cents < 2000 THEN 'Low Price' WHEN price_cents < 5000 THEN 'Medium Price' ELSE 'High Price' END AS price_category FROM products)
SELECT price_category, COUNT(*) AS product_count, ROUND(AVG(price_cents)::numeric, 2) AS avg_price FROM price_cte GROUP BY price_category ORDER BY price_category;

-- name: northwind-15 previous and next order value
-- source: Northwind exercises (SQL bootcamp assignments), rewritten
SELECT id, customer_id, created_at, total_cents, LAG(total_cents) OVER (PARTITION BY customer_id ORDER BY created_at) AS previous_total, LEAD(total_cents) OVER (PARTITION BY customer_id ORDER BY created_at) AS next_total FROM orders;

-- name: northwind-16 thirds of the customers
-- source: Northwind exercises (NTILE), rewritten
SELECT name, country, NTILE(3) OVER (ORDER BY created_at) AS grp FROM customers ORDER BY grp, name;

-- name: northwind-17 first order in each country
-- source: Northwind exercises (SQL Practice Problems), rewritten
WITH orders_by_country AS (SELECT c.country, o.customer_id, o.id, o.created_at::date AS order_date, row_number() OVER (PARTITION BY c.country ORDER BY c.country, o.id) AS rn FROM orders o JOIN customers c ON c.id = o.customer_id)
SELECT country, customer_id, id, order_date FROM orders_by_country WHERE rn = 1 ORDER BY country;

-- name: northwind-18 quarterly orders by product pivot
-- source: Northwind view "Quarterly Orders by Product", rewritten
SELECT p.name, c.name AS company, date_part('year', o.created_at) AS order_year,
       sum(CASE extract(quarter from o.created_at) WHEN 1 THEN oi.unit_price_cents * oi.quantity ELSE 0 END) AS "Qtr 1",
       sum(CASE extract(quarter from o.created_at) WHEN 2 THEN oi.unit_price_cents * oi.quantity ELSE 0 END) AS "Qtr 2",
       sum(CASE extract(quarter from o.created_at) WHEN 3 THEN oi.unit_price_cents * oi.quantity ELSE 0 END) AS "Qtr 3",
       sum(CASE extract(quarter from o.created_at) WHEN 4 THEN oi.unit_price_cents * oi.quantity ELSE 0 END) AS "Qtr 4"
FROM products p INNER JOIN order_items oi ON p.id = oi.product_id INNER JOIN orders o ON o.id = oi.order_id INNER JOIN customers c ON c.id = o.customer_id
GROUP BY p.name, c.name, date_part('year', o.created_at) ORDER BY p.name, c.name;
