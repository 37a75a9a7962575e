// Writes the scene that the browser makes of the packed one in the file that is named.
import { readFileSync } from "node:fs";
import { argv } from "node:process";

import { unpacked } from "../../assets/js/packed.js";

process.stdout.write(JSON.stringify(unpacked(JSON.parse(readFileSync(argv[2], "utf-8")))));
