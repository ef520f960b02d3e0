-- The rates that count now.
SELECT Day, toString(FromCurrency), toString(ToCurrency), argMax(Rate, RecordedAt)
FROM exchange_rates
GROUP BY Day, FromCurrency, ToCurrency
HAVING NOT argMax(Withdrawn, RecordedAt)
