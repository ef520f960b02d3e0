-- Transactions that other definition versions judged than those in force.
SELECT count() FROM transactions FINAL WHERE (Process, RuleVersion) NOT IN {active:Array(Tuple(String, UInt32))}
