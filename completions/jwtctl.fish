complete --keep-order --exclusive --command jwtctl --arguments "(COMPLETE=fish jwtctl -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
