export { cacheFolder } from "./cache.ts";
export { cachedFolder, type Making } from "./cached-folder.ts";
export { type CommandResult, lastLines, runCommand } from "./command.ts";
export { EmptyFileError, LatError, UsageError } from "./errors.ts";
export { fileKind, fileKindBytes } from "./file-kind.ts";
export {
  fileError,
  folderBytes,
  listFiles,
  readJson,
  readText,
  sha256,
  sha256File,
  writeFileAtomic,
  writeJson,
} from "./files.ts";
export { groupBy } from "./group-by.ts";
export { DuplicateKeyError, parseJson } from "./json.ts";
export { type ListedFile, type Listing, listData, type PassedOver, tellPassedOver } from "./listing.ts";
export { type LockOptions, withLock } from "./lock.ts";
export { fetchPackage, packageFolder, verifyPackage } from "./package/fetch.ts";
export { findPython, type Python } from "./package/python.ts";
export type { PackagePin } from "./package-pin.ts";
export type { Progress, WorkOptions } from "./progress.ts";
export { quote } from "./quote.ts";
export { type SplitName, splitOfName, splitOfWord } from "./split-name.ts";
export { cellOf, numberIn, scoreOf, shown, textOf } from "./rows/cells.ts";
export { type ReadRowsOptions, type Row, readRows } from "./rows/rows.ts";
export { nearest, unknownName } from "./suggest.ts";
export { readJson, readText } from "./text.ts";
