import type { Finding } from "./findings.ts";

/** What a small check can't provoke: it stays open, and whoever sees it in a real run may write it down. */
export const notTried: readonly Finding[] = [
  {
    id: "reason of postponed jobs",
    question: "In which field of JobPostponed does SharePoint's reason stand, and which reasons are there?",
  },
  { id: "order of manifests", question: "Are several manifests read as SystemData.xml lists them, or by name?" },
  { id: "side files", question: "Are files such as ViewFormsList.xml checked by their schema?" },
  { id: "archives", question: "How are archives (ArchivedFiles.xml) encrypted?" },
  { id: "life of containers", question: "After how many days do provided containers vanish?" },
  { id: "quotas", question: "How many jobs may be queued for a site or container, and how many run at once?" },
  { id: "expired events", question: "After how many days are the events of a job forgotten?" },
].map((question) => ({ ...question, status: "open", answer: "This check does not provoke it" }) as const);
