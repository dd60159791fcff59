import { target } from "../harness/target.mjs";

const hex = (number, digits) => number.toString(16).padStart(digits, "0");
const base64 = (number, bytes) => {
  const value = Buffer.alloc(bytes, 0x5a);
  value.writeUInt32BE((number * 2_654_435_761) % 2 ** 32);
  return value.toString("base64");
};

/** Objects of Manifest.xml for `count` files: an SPFile and its SPListItem each, all with values of their own. */
export function* pairs(count) {
  const created = "2024-01-10T08:00:00";
  const modified = "2024-03-12T10:45:00";
  const { webId, webUrl, listId, listUrl } = target;
  for (let index = 0; index < count; index += 1) {
    const id = `${hex(index, 8)}-0000-5000-8000-00000000000a`;
    const item = `${hex(index, 8)}-0000-5000-8000-00000000000b`;
    const parent = `${hex(index >> 8, 8)}-0000-5000-8000-00000000000c`;
    const name = `Report & notes ${index}.docx`;
    const folder = `${listUrl}/Projects ${index >> 12}/Folder ${index >> 8}`;
    const url = `${folder}/${name}`;
    const intId = index + 1;
    const blob = `${hex(index, 8)}.dat`;
    const objectUrl = `${webUrl}/${url}`;
    yield {
      Id: id,
      ObjectType: "SPFile",
      ParentId: parent,
      ParentWebId: webId,
      ParentWebUrl: webUrl,
      Url: objectUrl,
      File: {
        Url: url,
        Id: id,
        ParentWebId: webId,
        ParentWebUrl: webUrl,
        Name: name,
        ListItemIntId: intId,
        ListId: listId,
        ParentId: parent,
        TimeCreated: created,
        TimeLastModified: modified,
        Version: "1.0",
        FileValue: blob,
        FileSize: index * 37,
        MD5Hash: base64(index, 16),
        Checksum: base64(index, 20),
        Author: "1",
        ModifiedBy: "1",
      },
    };
    yield {
      Id: item,
      ObjectType: "SPListItem",
      ParentId: listId,
      ParentWebId: webId,
      ParentWebUrl: webUrl,
      Url: objectUrl,
      ListItem: {
        FileUrl: url,
        DocType: "File",
        ParentFolderId: parent,
        Order: intId * 100,
        Id: item,
        ParentWebId: webId,
        ParentListId: listId,
        Name: name,
        DirName: `${webUrl.slice(1)}/${folder}`,
        IntId: intId,
        DocId: id,
        Version: "1.0",
        ContentTypeId: "0x0101",
        Author: "1",
        ModifiedBy: "1",
        TimeCreated: created,
        TimeLastModified: modified,
        ModerationStatus: "Approved",
        Fields: [],
      },
    };
  }
}
