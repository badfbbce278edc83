"""One module or package for each served API, named as its host: ``redis`` is ``redis.googleapis.com``.

Each exports ``SERVICE``. The emulator imports it when the first call for that host arrives.
"""
