"""Servers that stand in for services which need an account, for tests, demos and trials."""
