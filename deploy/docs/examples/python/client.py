"""The smallest client of Beibu in Python 3, with the standard library alone.

  python3 client.py submit FILE     submit a document, print its exchange id
  python3 client.py receive FOLDER  fetch what waits, keep it, acknowledge it

BEIBU_SERVER is the address of the daemon, BEIBU_KEY_FILE the file with the API key.
"""
import hashlib
import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.request


def call(method, path, body=None, kind=None):
    """Send a request, and send it again while the answer is that this may help."""
    key = pathlib.Path(os.environ["BEIBU_KEY_FILE"]).read_text().strip()
    request = urllib.request.Request(os.environ["BEIBU_SERVER"] + path, data=body, method=method)
    request.add_header("Authorization", "Bearer " + key)
    if kind:
        request.add_header("Content-Type", kind)
    for attempt in range(1, 11):
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            problem = error.read().decode()
            if '"retryable":true' not in problem or attempt == 10:
                sys.exit(problem)
            time.sleep(int(error.headers.get("Retry-After", "2")))


def submit(file):
    """Sending the same bytes again is always safe: it returns the first receipt."""
    answer = call("POST", "/v1/documents", pathlib.Path(file).read_bytes(), "application/xml")
    print(json.loads(answer)["exchangeId"])


def receive(folder):
    """A document comes again until it is acknowledged, so keep it first.

    The same exchange id always means the same bytes.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for delivery in json.loads(call("GET", "/v1/mailbox?wait=30s"))["deliveries"]:
        name = delivery["exchangeId"]
        document = call("GET", delivery["document"])
        if hashlib.sha256(document).hexdigest() != delivery["digestSHA256"]:
            sys.exit("bytes of " + name + " are damaged")
        part = folder / (name + ".part")
        part.write_bytes(document)
        part.replace(folder / (name + ".xml"))
        acks = {"acks": [{"exchangeId": name, "outcome": "accepted"}]}
        call("POST", "/v1/mailbox/acks", json.dumps(acks).encode(), "application/json")
        print(name)


{"submit": submit, "receive": receive}[sys.argv[1]](sys.argv[2])
