"""Reads a Manifest.xml with ElementTree's iterparse, object by object, each dropped after it was seen."""

import json
import sys
import time
import xml.etree.ElementTree as ET

start, cpu = time.monotonic(), time.process_time()
tag = "{urn:deployment-manifest-schema}SPObject"
objects = 0
root = None
for event, element in ET.iterparse(sys.argv[1], events=("start", "end")):
    if event == "start":
        if root is None:
            root = element
    elif element.tag == tag:
        objects += 1 if element.get("Id") else 0
        root.clear()
print(json.dumps({"cpu": time.process_time() - cpu, "wall": time.monotonic() - start, "objects": objects}))
