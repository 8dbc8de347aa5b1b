/** What some formats begin with, as Latin-1 text; the last two have it elsewhere. */
const marks: readonly (readonly [start: string, kind: string, at?: number])[] = [
  ["version https://git-lfs.github.com/", "a Git LFS pointer, not the file itself (`git lfs pull` fetches that)"],
  ["PK\x03\x04", "a zip archive"],
  ["PK\x05\x06", "an empty zip archive"],
  ["\x1f\x8b", "a gzip file (gunzip unpacks it)"],
  ["\xfd7zXZ\0", "an xz file (unxz unpacks it)"],
  ["\x28\xb5\x2f\xfd", "a zstd file (unzstd unpacks it)"],
  ["BZh", "a bzip2 file (bunzip2 unpacks it)"],
  ["7z\xbc\xaf\x27\x1c", "a 7z archive"],
  ["Rar!\x1a\x07", "a rar archive"],
  ["GGUF", "a GGUF file"],
  ["\x89HDF\r\n\x1a\n", "an HDF5 file"],
  ["\x93NUMPY", "a NumPy array"],
  ["PAR1", "a Parquet file"],
  ["\x89PNG\r\n", "a PNG image"],
  ["\xff\xd8\xff", "a JPEG image"],
  ["8BPS", "a Photoshop image"],
  ["v/1\x01", "an OpenEXR image"],
  ["\0\0\0\x0cjP  ", "a JPEG 2000 image"],
  ["\0\0\0\x0cJXL ", "a JPEG XL image"],
  ["%PDF-", "a PDF document"],
  ["\x7fELF", "a program for Linux"],
  ["\x80\x02", "a Python pickle"],
  ["\x80\x03", "a Python pickle"],
  ["\x80\x04", "a Python pickle"],
  ["\x80\x05", "a Python pickle"],
  ["ustar", "a tar archive", 257],
  ["\0\0\0\0{", "a safetensors file", 4], // its header's length is before it, under 4 GB
];

const patterns: readonly (readonly [RegExp, string])[] = [
  [/^(ï»¿)?\s*<(!doctype html|html|head|body)\b/i, "an HTML page, perhaps a server's answer in place of the file"],
  [/^(ï»¿)?\s*<\?xml\b/i, "an XML document, perhaps a server's answer in place of the file"],
  [/^BM.{4}\0{4}/s, "a BMP image"],
  [/^P[1-7]\s+(#.*\s+)?(\d+\s+\d|WIDTH)/, "a PNM image (.ppm, .pgm, .pbm)"],
  [/^.{4}ftyp(hei|hev|mif1)/s, "a HEIF image"],
  [/^\s*[{[]\s*["\d{[\]}tfn-]/, "JSON text"],
];

/** How many first bytes of a file `fileKind` looks at. */
export const fileKindBytes = 512;

/**
 * What a file's first bytes show it to be, in words that follow "is": "an HTML page, …", "a zip archive", "empty"; or
 * undefined where they are of no kind known here. For messages about a file that is not of the expected format.
 *
 * @param head the first `fileKindBytes` bytes or more, or the whole of a shorter file
 */
export function fileKind(head: Uint8Array): string | undefined {
  if (head.length === 0) return "empty";
  if (head.every((byte) => byte === 0)) return "nothing but zeros at its start, as an interrupted download leaves";
  const text = String.fromCharCode(...head.subarray(0, fileKindBytes));
  const marked = marks.find(([start, , at = 0]) => text.startsWith(start, at));
  return marked?.[1] ?? patterns.find(([pattern]) => pattern.test(text))?.[1];
}
