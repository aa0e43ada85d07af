import fc from 'fast-check';

/**
 * Runs before each test file: property tests draw the same values in every run, so that what fails is a change and not the luck of a
 * day. FOREFRAME_PROPERTY_SEED draws others; what they find becomes a test of its own.
 */
const seed = process.env.FOREFRAME_PROPERTY_SEED ?? '1';
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
