import { describeLedger } from "@primepack/test-support";
import { memoryLedger } from "./memory-ledger.ts";

describeLedger("memoryLedger()", { make: memoryLedger });
