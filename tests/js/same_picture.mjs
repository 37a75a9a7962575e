// Compares the browser's pictures with those that Python wrote into the file that is named.
import { readFileSync } from "node:fs";
import { argv, exit } from "node:process";

import { svgFile } from "../../assets/js/picture.js";

const { look, cases } = JSON.parse(readFileSync(argv[2], "utf-8"));
for (const { scene, view, svg } of cases) {
  const drawn = svgFile(scene, view, look);
  if (drawn === svg) continue;
  let i = 0;
  while (drawn[i] === svg[i]) i += 1;
  console.log(`${JSON.stringify(view)} differs at ${i}:`);
  console.log(`python  ${svg.slice(i - 80, i + 80)}`);
  console.log(`browser ${drawn.slice(i - 80, i + 80)}`);
  exit(1);
}
