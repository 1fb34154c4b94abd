"""Reads requests, a JSON object {secret, headers, body} a line, and prints the CloudEvents that they carry: one JSON object a line.

Signatures are checked by the library of Standard Webhooks, events are read by that of CloudEvents (2.x).
"""

import json
import sys

from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from standardwebhooks.webhooks import Webhook

for line in sys.stdin:
    request = json.loads(line)
    headers, body = request["headers"], request["body"]
    Webhook(request["secret"]).verify(body, headers)
    event = from_http_event(HTTPMessage(headers=headers, body=body.encode()))
    shown = {name: str(value) for name, value in event.get_attributes().items()}
    print(json.dumps(shown | {"data": event.get_data()}))
