"""Fixtures for every test: of the service and its databases (``service.py``), of the real networks
(``real.py``).
"""

pytest_plugins = ["service", "real"]
