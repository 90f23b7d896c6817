// One browser for all of them.
import './online.test.js';
import './offline.test.js';
import './look.test.js';
