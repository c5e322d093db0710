import * as z from "zod";

// Schemas made after this was loaded are not compiled: that pays for thousands of documents, and a job reads a few.
z.config({ jitless: true });
