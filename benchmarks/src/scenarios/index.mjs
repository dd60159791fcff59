import { azuriteLarge, azuriteSmall } from "./azurite.mjs";
import { delta } from "./delta.mjs";
import { directoryLarge } from "./directory-large.mjs";
import { directorySmall } from "./directory-small.mjs";
import { httpNull } from "./http-null.mjs";
import { inventoryVersions } from "./inventory-versions.mjs";
import { ledger } from "./ledger.mjs";
import { manifestExported } from "./manifest-exported.mjs";
import { manifestRead } from "./manifest-read.mjs";
import { manifestWrite } from "./manifest-write.mjs";
import { mappings } from "./mappings.mjs";
import { memory } from "./memory.mjs";
import { migrate } from "./migrate.mjs";
import { quickXorHashScenario } from "./quick-xor-hash.mjs";
import { scan } from "./scan.mjs";
import { seal } from "./seal.mjs";
import { watch } from "./watch.mjs";

/** In the order in which they run; names are stable. */
export const scenarios = [
  quickXorHashScenario,
  seal,
  manifestWrite,
  manifestRead,
  manifestExported,
  scan,
  memory,
  ledger,
  delta,
  inventoryVersions,
  directoryLarge,
  directorySmall,
  azuriteLarge,
  azuriteSmall,
  httpNull,
  migrate,
  watch,
  mappings,
];
