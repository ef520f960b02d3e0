"""Everything behind the public names of `spanledger`. Nothing here is promised to stay."""
