"""Fixtures for every test: of the service and its databases (``service.py``), of the real networks
(``real.py``), of a real browser (``browser.py``).
"""

pytest_plugins = ["service", "real", "browser"]
