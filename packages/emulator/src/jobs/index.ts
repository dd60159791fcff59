export { openJobService } from "./open-job-service.ts";
