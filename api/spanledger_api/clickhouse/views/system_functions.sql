SELECT name, is_aggregate, case_insensitive, alias_to FROM system.functions
