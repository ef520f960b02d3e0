-- Of each pair of currencies the newest rate up to a day, and of which day it is, as it was recorded by a moment.
SELECT max(r.Day) AS NewestDay, toString(FromCurrency), toString(ToCurrency), argMax(r.NewestRate, r.Day)
FROM
(
    SELECT Day, FromCurrency, ToCurrency, argMax(Rate, RecordedAt) AS NewestRate
    FROM exchange_rates
    WHERE Day <= {day:Date32} AND Day >= subtractDays({day:Date32}, {oldest:UInt16})
        AND RecordedAt <= {known_until:DateTime64(9, 'UTC')}
    GROUP BY Day, FromCurrency, ToCurrency
    HAVING NOT argMax(Withdrawn, RecordedAt)
) AS r
GROUP BY FromCurrency, ToCurrency
