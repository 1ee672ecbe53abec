// node read.mjs FOLDER-OF-THE-PACKAGES ANSWER.json < FEEDS.json: what two readers make of each feed of a JSON array.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.argv[2]}/package.json`));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { parseFeed } = await load("podcast-partytime");
const { parseRssFeed } = await load("feedsmith");

const documents = JSON.parse(readFileSync(0, "utf8"));
const attempt = (read, document) => {
  try {
    return read(document);
  } catch (error) {
    return { error: String(error) };
  }
};
const read = documents.map((document) => ({
  partytime: attempt(parseFeed, document),
  feedsmith: attempt(parseRssFeed, document),
}));
// Not to standard output: partytime logs there.
writeFileSync(process.argv[3], JSON.stringify(read));
