#!/usr/bin/env node
// First: a signal that comes while the rest is loaded is answered, too.
import './terminal/answerSignals.js';
import { runCommandLine } from './commandLine.js';
import { guardOutput } from './terminal/output.js';

guardOutput();
await runCommandLine();
