"""Sends a message as a payment provider's software does, signed by the library of Standard Webhooks: url, secret, id, seconds from now,
and the body as arguments. Prints the status and the answer.
"""

import sys
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

from standardwebhooks.webhooks import Webhook

url, secret, message, shift, body = sys.argv[1:]
time = datetime.now(tz=timezone.utc) + timedelta(seconds=int(shift))
headers = {
    "content-type": "application/json",
    "webhook-id": message,
    "webhook-timestamp": str(int(time.timestamp())),
    "webhook-signature": Webhook(secret).sign(message, time, body),
}
try:
    with urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers)) as answer:
        print(answer.status, answer.read().decode())
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode())
