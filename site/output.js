/**
 * Writes what Vercel serves as the page: its files, and the headers that depend on the settings
 * (Vercel's Build Output API). `vercel.json` adds the rest: the functions, rewrites and headers.
 */

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { policy } from './policy.js';

const OUTPUT = '.vercel/output';

const headers = { 'Content-Security-Policy': policy(process.env) };
const routes = [{ src: '/(.*)', headers, continue: true }];
mkdirSync(OUTPUT, { recursive: true });
cpSync('public', `${OUTPUT}/static`, { recursive: true });
writeFileSync(`${OUTPUT}/config.json`, JSON.stringify({ version: 3, routes }));
