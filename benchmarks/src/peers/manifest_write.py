"""Writes a Manifest.xml with so many pairs of SPFile and SPListItem with ElementTree: the tree, then the text."""

import base64
import json
import sys
import time
import xml.etree.ElementTree as ET

path, count = sys.argv[1], int(sys.argv[2])
with open(sys.argv[3]) as file:
    target = json.load(file)

start, cpu = time.monotonic(), time.process_time()
web, url, library, root = target["webId"], target["webUrl"], target["listId"], target["listUrl"]
objects = ET.Element("SPObjects", xmlns="urn:deployment-manifest-schema")
dates = {"TimeCreated": "2024-01-10T08:00:00", "TimeLastModified": "2024-03-12T10:45:00"}
parent_web = {"ParentWebId": web, "ParentWebUrl": url}
people = {"Author": "1", "ModifiedBy": "1"}


def digest(index: int, size: int) -> str:
    return base64.b64encode((index * 2654435761 % 2**32).to_bytes(4, "big") + b"\x5a" * (size - 4)).decode()


for index in range(count):
    file_id, item_id = (f"{index:08x}-0000-5000-8000-00000000000{kind}" for kind in "ab")
    parent = f"{index >> 8:08x}-0000-5000-8000-00000000000c"
    name = f"Report & notes {index}.docx"
    folder = f"{root}/Projects {index >> 12}/Folder {index >> 8}"
    web_relative = f"{folder}/{name}"
    common = {**parent_web, "Url": f"{url}/{web_relative}"}
    int_id = str(index + 1)
    file_object = ET.SubElement(
        objects, "SPObject", {"Id": file_id, "ObjectType": "SPFile", "ParentId": parent, **common}
    )
    ET.SubElement(
        file_object,
        "File",
        {
            "Url": web_relative, "Id": file_id, **parent_web, "Name": name, "ListItemIntId": int_id,
            "ListId": library, "ParentId": parent, **dates, "Version": "1.0", "FileValue": f"{index:08x}.dat",
            "FileSize": str(index * 37), "MD5Hash": digest(index, 16), "Checksum": digest(index, 20), **people,
        },
    )  # fmt: skip
    item_object = ET.SubElement(
        objects, "SPObject", {"Id": item_id, "ObjectType": "SPListItem", "ParentId": library, **common}
    )
    ET.SubElement(
        item_object,
        "ListItem",
        {
            "FileUrl": web_relative, "DocType": "File", "ParentFolderId": parent, "Order": int_id + "00",
            "Id": item_id, "ParentWebId": web, "ParentListId": library, "Name": name,
            "DirName": f"{url[1:]}/{folder}", "IntId": int_id, "DocId": file_id, "Version": "1.0",
            "ContentTypeId": "0x0101", **people, **dates, "ModerationStatus": "Approved",
        },
    )  # fmt: skip
ET.ElementTree(objects).write(path, encoding="utf-8", xml_declaration=True)
print(json.dumps({"cpu": time.process_time() - cpu, "wall": time.monotonic() - start}))
