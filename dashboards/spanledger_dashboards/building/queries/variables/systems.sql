SELECT DISTINCT System FROM spans WHERE System != '' ORDER BY System
