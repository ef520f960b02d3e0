SELECT DISTINCT Process FROM transactions ORDER BY Process
