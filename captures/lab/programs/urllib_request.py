"""Five calls of urllib.request.urlopen, one after the other."""

from urllib.request import urlopen

for _ in range(5):
    with urlopen("http://127.0.0.1:8880/", timeout=10) as response:
        assert response.read() == b"ok\n"
