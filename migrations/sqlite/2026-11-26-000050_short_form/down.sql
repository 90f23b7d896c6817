DROP TABLE short_form;
