-- Each transaction once, with the money of the last moment at which it would be otherwise.
SELECT Change AS change, count() AS transactions, sumMap(Last) AS money, arraySort(groupArraySample(20, 1)(RootId)) AS examples
FROM (SELECT Change, RootId, argMax(Money, At) AS Last FROM changes GROUP BY Change, RootId)
GROUP BY change
