// One browser for all of them.
import './forms.test.js';
import './online.test.js';
import './offline.test.js';
import './look.test.js';
