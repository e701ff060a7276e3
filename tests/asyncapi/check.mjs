// Parse the document named on the command line; print every finding of error severity.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const errors = diagnostics.filter((finding) => finding.severity === 0);
for (const error of errors) console.error(error.path.join("."), error.message);
if (!document || errors.length) process.exit(1);
console.log(`valid: ${document.channels().length} channels, ${document.operations().length} operations`);
