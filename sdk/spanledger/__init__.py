"""Spanledger: business spans from any integration."""
