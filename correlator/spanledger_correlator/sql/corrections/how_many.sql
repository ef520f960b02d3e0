SELECT count() AS Known FROM $corrections AS corrections
