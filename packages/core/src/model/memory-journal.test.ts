import { describeJournal } from "@primepack/test-support";
import { memoryJournal } from "./memory-journal.ts";

describeJournal("memoryJournal()", { make: memoryJournal });
