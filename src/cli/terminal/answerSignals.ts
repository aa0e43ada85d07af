import { answerSignals } from './earlySignals.js';

answerSignals();
