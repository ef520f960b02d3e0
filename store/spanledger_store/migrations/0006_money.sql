-- How what is owed is settled, and what takes a settlement back. Rows of before meant payments that nobody takes back.
ALTER TABLE process_rules ADD COLUMN IF NOT EXISTS StepSettlesBy Array(String) DEFAULT arrayMap(name -> 'cash', StepNames);
ALTER TABLE process_rules ADD COLUMN IF NOT EXISTS StepReverses Array(UInt16) DEFAULT arrayMap(name -> 0, StepNames);

-- Along Currencies: what was settled in cash, by credits, what was given up, and what was paid beyond the amount.
-- Elsewhere is what settled in currencies that are not owed.
ALTER TABLE transactions ADD COLUMN IF NOT EXISTS Cash Array(Decimal(38, 9)) DEFAULT arrayMap(amount -> toDecimal128(0, 9), Amounts);
ALTER TABLE transactions ADD COLUMN IF NOT EXISTS Credits Array(Decimal(38, 9)) DEFAULT arrayMap(amount -> toDecimal128(0, 9), Amounts);
ALTER TABLE transactions ADD COLUMN IF NOT EXISTS WriteOffs Array(Decimal(38, 9)) DEFAULT arrayMap(amount -> toDecimal128(0, 9), Amounts);
ALTER TABLE transactions ADD COLUMN IF NOT EXISTS Overpaid Array(Decimal(38, 9)) DEFAULT arrayMap(amount -> toDecimal128(0, 9), Amounts);
ALTER TABLE transactions ADD COLUMN IF NOT EXISTS Elsewhere Array(Tuple(Currency String, Amount Decimal(38, 9)));
ALTER TABLE open_transactions ADD COLUMN IF NOT EXISTS Cash Array(Decimal(38, 9)) DEFAULT arrayMap(amount -> toDecimal128(0, 9), Amounts);
ALTER TABLE open_transactions ADD COLUMN IF NOT EXISTS Credits Array(Decimal(38, 9)) DEFAULT arrayMap(amount -> toDecimal128(0, 9), Amounts);
ALTER TABLE open_transactions ADD COLUMN IF NOT EXISTS WriteOffs Array(Decimal(38, 9)) DEFAULT arrayMap(amount -> toDecimal128(0, 9), Amounts);
ALTER TABLE open_transactions ADD COLUMN IF NOT EXISTS Overpaid Array(Decimal(38, 9)) DEFAULT arrayMap(amount -> toDecimal128(0, 9), Amounts);
ALTER TABLE open_transactions ADD COLUMN IF NOT EXISTS Elsewhere Array(Tuple(Currency String, Amount Decimal(38, 9)));

-- A definition without its text is recorded anew at the next start, and everything judged anew with it.
ALTER TABLE process_rules UPDATE Source = '' WHERE Source != '' SETTINGS mutations_sync = 1;

-- Exchange rates as the user's table has them: the newest row of a day and pair counts, older ones are kept for
-- questions about the past. One FromCurrency is Rate of ToCurrency.
CREATE TABLE IF NOT EXISTS exchange_rates
(
    FromCurrency LowCardinality(String),
    ToCurrency LowCardinality(String),
    Day Date32,
    Rate Decimal(38, 12),
    Withdrawn Bool,
    RecordedAt DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
)
ENGINE = MergeTree
ORDER BY (FromCurrency, ToCurrency, Day, RecordedAt);
