import type { TableKind } from "../table/index.ts";

export const INVENTORY: TableKind = { noun: "the inventory", code: "INVENTORY_INVALID" };
