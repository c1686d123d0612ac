"""Fixtures for every test. Those of the service and its databases are in ``service.py``."""

pytest_plugins = ["service"]
