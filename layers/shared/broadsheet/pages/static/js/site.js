// The reader's site is complete without this file; what needs a reader's own state begins here.
