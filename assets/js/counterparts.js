/** What corresponds in networks side by side; reads explorer/figures/panes.py. Pure. */

const NAMES = ["same", "changed", "added", "removed"];
const isBlock = (address) => /^layer\d+\.\d+$/.test(address);
const split = (address) => {
  const parts = address.split(".");
  return [parts.slice(0, 2).join("."), parts.slice(2).join(".")];
};

/** Two networks: the baseline at side 0, another at side 1. */
class Link {
  constructor({ stages, parts, kinds }) {
    this.sides = [0, 1].map((side) => {
      const found = new Map();
      for (const [...pair] of [...stages, ...parts]) {
        if (pair[side] === null) continue;
        const kind = pair[3] ?? -1;
        found.set(pair[side], { partner: pair[1 - side], status: NAMES[pair[2]], kind });
      }
      return found;
    });
    this.kinds = kinds;
    this.ends = parts.filter(([before]) => before !== null && !isBlock(before));
  }

  /** Return {partner, status} of an address at one side; partner null where it has none. */
  at(side, address) {
    const known = this.sides[side].get(address);
    if (known) return known;
    const [block, name] = split(address);
    const part = isBlock(block) ? this.sides[side].get(block) : null;
    if (part) return this.op(side, part, name, (other) => `${part.partner}.${other}`);
    for (const [before, after, code, kind] of isBlock(block) ? [] : this.ends) {
      const found = this.op(side, { partner: after ?? before, status: NAMES[code], kind }, address, (other) => other);
      if (found) return found;
    }
    return null;
  }

  op(side, part, name, addressOf) {
    if (part.kind < 0) return { partner: null, status: part.status };
    const pair = this.kinds[part.kind].find((one) => one[side] === name);
    if (!pair) return null;
    const other = pair[1 - side];
    return { partner: other === null ? null : addressOf(other), status: NAMES[pair[2]] };
  }
}

export class Counterparts {
  /** `links` has one alignment with the baseline for each pane, null for the baseline's own. */
  constructor(links) {
    this.links = links.map((link) => link && new Link(link));
    this.baseline = links.indexOf(null);
  }

  /** Return what an address of one pane is called in another, null where there is nothing. */
  partner(address, from, to) {
    if (from === to || address == null) return address ?? null;
    const base = from === this.baseline ? address : this.links[from].at(1, address)?.partner ?? null;
    if (to === this.baseline || base === null) return base;
    return this.links[to].at(0, base)?.partner ?? null;
  }

  /** Return how an address of a pane differs: {pane: status} against the baseline. */
  statuses(address, pane) {
    const found = {};
    this.links.forEach((link, other) => {
      if (!link || (pane !== this.baseline && pane !== other)) return;
      const known = link.at(pane === this.baseline ? 0 : 1, address);
      if (known) found[other] = known.status;
    });
    return found;
  }

  /** Return the one word for addresses drawn as one thing: same, changed, added or removed. */
  status(addresses, pane) {
    const words = new Set(addresses.flatMap((one) => Object.values(this.statuses(one, pane))));
    if (words.size <= 1) return [...words][0] ?? "same";
    const isGone = [...words].every((word) => word === "removed" || word === "same");
    return isGone && addresses.length === 1 ? "removed" : "changed";
  }
}
