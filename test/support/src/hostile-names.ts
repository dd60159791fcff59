/** A name, and its bytes where it is not their UTF-8. */
export interface HostileName {
  readonly name: string;
  readonly bytes?: readonly number[];
  readonly what: string;
}

const named = (what: string, names: readonly string[]): HostileName[] => names.map((name) => ({ name, what }));
const digits = Array.from({ length: 10 }, (_, digit) => digit);

/** U+FFFE and U+FFFF stand in UTF-8, and in no XML document. */
const CHARACTERS = [..."\"*:<>?\\|~#%&{}'+,;=@[]()!$^`", "\t", "\n", "\r", "\u0001", "\u001f", "\u007f", "\u0085"];
const BEYOND_XML = ["\ufffe", "\uffff", "\ufffd", "\u2028", "\u202e", "\ufeff"];

/** Names that SharePoint refuses or changes, that XML can't hold, or that software trips over; for files. */
export const hostileFileNames: readonly HostileName[] = [
  ...named(
    "a character that SharePoint, XML or a shell takes for something else",
    [...CHARACTERS, ...BEYOND_XML].map((character) => `in${character}side.txt`),
  ),
  ...named("a space or a period at an end", [
    " leading.txt",
    "trailing.txt ",
    " ",
    "   ",
    "trailing.",
    "trailing...",
    "...",
    ". .",
    "..leading",
    "two..periods.txt",
    "\u00a0no-break",
  ]),
  ...named("a name that is not allowed", [
    ".lock",
    "CON",
    "con.txt",
    "PRN",
    "AUX",
    "nul",
    ...digits.flatMap((digit) => [`COM${digit}`, `lpt${digit}`]),
    "desktop.ini",
    "Desktop.INI",
    "_vti_",
    "a_VTI_b.txt",
    "~$owner.docx",
    "~tilde.txt",
    "web.config",
    "thumbs.db",
  ]),
  ...named("a name that differs in case only", ["Case.txt", "CASE.txt", "case.TXT", "stra\u00dfe.txt", "STRASSE.txt"]),
  ...named("a composed or decomposed form", [
    "caf\u00e9.txt",
    "cafe\u0301.txt",
    "\u212b.txt",
    "\u00c5.txt",
    "A\u030a.txt",
  ]),
  ...named("a variant of width or kana", ["\uff21.txt", "A.txt", "\u30ac.txt", "\uff76\uff9e.txt"]),
  ...named("what a renamed neighbour could be called", ["a:b.txt", "a_x003A_b.txt", "a_x003a_b.txt", "a_b.txt"]),
  ...named("a name beyond the base plane", [
    "\u{1f480}.txt",
    "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}.txt",
    "\u{20000}.txt",
  ]),
  ...named("a name that looks like a path or an option", [
    "..%2f..%2fetc",
    "-rf",
    "C:\\file.txt",
    "%00.txt",
    "&amp;.txt",
  ]),
  ...named("a name of code", ["<script>.html", "]]>.xml", "__proto__", "constructor", "0", "-0"]),
  ...named("a hidden file", [".hidden"]),
  ...named("a name of 255 bytes", ["n".repeat(251).concat(".txt"), "\u6f22".repeat(85)]),
  {
    name: "byte\udcff.txt",
    bytes: [0x62, 0x79, 0x74, 0x65, 0xff, 0x2e, 0x74, 0x78, 0x74],
    what: "a byte that is no UTF-8",
  },
  { name: "\udcff", bytes: [0xff], what: "nothing but a byte that is no UTF-8" },
  { name: "\udcfe", bytes: [0xfe], what: "a second one, which must not become the first" },
  { name: "caf\udce9", bytes: [0x63, 0x61, 0x66, 0xe9], what: "Latin-1" },
  { name: "\udcc0\udcaf", bytes: [0xc0, 0xaf], what: "an overlong slash" },
  { name: "\udced\udcb3\udcbf", bytes: [0xed, 0xb3, 0xbf], what: "an encoded surrogate, which must not become a byte" },
  { name: "cut\udce2\udc82", bytes: [0x63, 0x75, 0x74, 0xe2, 0x82], what: "a character that is cut off" },
];

/** Likewise for folders; each is made with a file in it. */
export const hostileFolderNames: readonly HostileName[] = [
  ...named("a folder name that is not allowed", [
    "Forms",
    "~folder",
    "LPT1",
    "_vti_cnf",
    "folder.",
    " folder",
    "folder ",
  ]),
  ...named("a folder of a saved web page", ["page_files", "Seite-Dateien", "page_fichiers"]),
  ...named("a system folder of webs and lists", [
    "Attachments",
    "_catalogs",
    "_private",
    "_t",
    "_w",
    "Lists",
    "SitePages",
  ]),
  ...named("a folder name that differs in case only", ["Folder", "FOLDER"]),
  ...named("a folder name with a refused character", ["a:b", "line\nbreak", "tab\tbed"]),
  ...named("a hidden folder", [".config"]),
  { name: "\udcfffolder", bytes: [0xff, 0x66, 0x6f, 0x6c, 0x64, 0x65, 0x72], what: "a folder name that is no UTF-8" },
];
